"""Discovery by entry points: names, the allow-list, duplicates, broken plugins, bad parameters."""

import logging
import sys
from collections.abc import Iterable
from importlib.metadata import Distribution, EntryPoint, EntryPoints
from pathlib import Path

import msgspec
import pytest

from flowgen.adapters.toolcalls.declaration import DeclaredFormat
from flowgen.adapters.toolcalls.formats.lfm2 import FORMAT as LFM2
from flowgen.bootstrap.plugins import EntryPointRegistry, discover, plugin_formats
from flowgen.domain.errors import InvalidField, UnknownPlugin
from flowgen.domain.plugins import PluginCall, PluginRegistry

GROUP = "flowgen.stopping_criteria"
MODULE = "flowgen_test_plugins"


class Recorded:
    """A plugin of these tests."""

    name = "recorded"

    def __init__(self, seconds: float = 1.0) -> None:
        if seconds < 0:
            raise ValueError("seconds must not be negative.")
        self.seconds = seconds


class Unmakable:
    """A plugin whose constructor breaks."""

    def __init__(self) -> None:
        raise RuntimeError("no such device")


not_callable = 5


@pytest.fixture(autouse=True)
def _this_module_is_importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, MODULE, sys.modules[__name__])


def installed(folder: Path, distribution: str, *lines: str, group: str = GROUP) -> EntryPoints:
    """The entry points of a distribution that is written into a folder."""
    info = folder / f"{distribution.replace('-', '_')}-1.2.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text("\n".join([f"[{group}]", *lines]))
    return Distribution.at(info).entry_points


def registry(found: Iterable[EntryPoint], allowed: str | None = None) -> PluginRegistry[Recorded]:
    return EntryPointRegistry[Recorded](GROUP, found, {} if allowed is None else {"FLOWGEN_PLUGINS": allowed})


def test_a_plugin_is_made_by_name_with_its_parameters(tmp_path: Path) -> None:
    plugins = registry(installed(tmp_path, "extra", f"wait = {MODULE}:Recorded"))
    assert plugins.names() == ["wait"]
    assert plugins.make(PluginCall(name="wait", parameters={"seconds": 5}), "options.x").seconds == 5
    assert plugins.make(PluginCall(name="wait"), "options.x").seconds == 1.0


def test_an_unknown_name_lists_the_known_ones(tmp_path: Path) -> None:
    plugins = registry(installed(tmp_path, "extra", f"wait = {MODULE}:Recorded", f"also = {MODULE}:Recorded"))
    with pytest.raises(UnknownPlugin, match=r"options\.x: no plugin is named 'os:system'; known: also, wait"):
        plugins.make(PluginCall(name="os:system"), "options.x")


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [({"seconds": -1}, "seconds must not be negative"), ({"minutes": 1}, "unexpected keyword argument 'minutes'")],
)
def test_bad_parameters_are_the_factory_s_own_sentence(
    tmp_path: Path, parameters: dict[str, float], sentence: str
) -> None:
    plugins = registry(installed(tmp_path, "extra", f"wait = {MODULE}:Recorded"))
    with pytest.raises(InvalidField, match=sentence) as refused:
        plugins.make(PluginCall(name="wait", parameters=parameters), "options.stopping_criteria")
    assert refused.value.field == "options.stopping_criteria"
    assert "'name': 'wait'" in refused.value.message


def test_what_is_no_json_is_not_shown(tmp_path: Path) -> None:
    plugins = registry(installed(tmp_path, "extra", f"wait = {MODULE}:Recorded"))
    with pytest.raises(InvalidField) as refused:
        plugins.make(PluginCall(name="wait", parameters={"facts": object(), "n": 1}), "options.x")
    assert "got {'name': 'wait', 'n': 1};" in refused.value.message


def test_nothing_is_imported_before_it_is_asked_for(tmp_path: Path) -> None:
    plugins = registry(installed(tmp_path, "extra", "wait = a_module_that_is_not_there:Wait"))
    assert plugins.names() == ["wait"]


@pytest.mark.parametrize("target", ["a_module_that_is_not_there:Wait", f"{MODULE}:Missing", f"{MODULE}:not_callable"])
def test_a_broken_plugin_is_logged_and_skipped(tmp_path: Path, caplog: pytest.LogCaptureFixture, target: str) -> None:
    plugins = registry(installed(tmp_path, "extra", f"broken = {target}", f"wait = {MODULE}:Recorded"))
    with pytest.raises(UnknownPlugin, match="known: wait"):
        plugins.make(PluginCall(name="broken"), "options.x")
    assert plugins.names() == ["wait"]
    assert "'broken' of extra 1.2 is skipped" in caplog.text


@pytest.mark.parametrize(
    ("allowed", "names"),
    [
        (None, ["a", "b", "ours"]),
        ("", ["ours"]),
        ("first_One", ["a", "ours"]),
        (" first-one , Second.Two ", ["a", "b", "ours"]),
        ("other", ["ours"]),
    ],
)
def test_the_allow_list_names_distributions(tmp_path: Path, allowed: str | None, names: list[str]) -> None:
    found = [
        *installed(tmp_path, "first-one", f"a = {MODULE}:Recorded"),
        *installed(tmp_path, "second-two", f"b = {MODULE}:Recorded"),
        *installed(tmp_path, "flowgen", f"ours = {MODULE}:Recorded"),
    ]
    assert registry(found, allowed).names() == names


def test_a_built_in_keeps_its_name(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    found = [
        *installed(tmp_path, "aaa", "wait = elsewhere:Wait"),
        *installed(tmp_path, "flowgen", f"wait = {MODULE}:Recorded"),
    ]
    plugins = registry(found)
    assert plugins.make(PluginCall(name="wait"), "options.x").seconds == 1.0
    assert "'wait' of aaa 1.2 is ignored: flowgen 1.2 has one" in caplog.text


def test_one_distribution_found_twice_is_no_duplicate(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    found = installed(tmp_path, "flowgen", f"wait = {MODULE}:Recorded")
    assert registry([*found, *found]).names() == ["wait"]
    assert caplog.text == ""


def test_other_groups_are_not_looked_at(tmp_path: Path) -> None:
    assert discover(GROUP, installed(tmp_path, "extra", f"a = {MODULE}:Recorded", group="flowgen.tokenizers"), {}) == {}


class OwnFormat(DeclaredFormat):
    """A format of these tests."""

    def __init__(self) -> None:
        super().__init__(msgspec.structs.replace(LFM2.declaration, name="own_format"))


made_format = OwnFormat()


@pytest.mark.parametrize("target", ["OwnFormat", "made_format"])
def test_formats_are_made_and_broken_ones_skipped(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, target: str
) -> None:
    broken = [f"bad = {MODULE}:Unmakable", "gone = a_module_that_is_not_there:Wait", f"other = {MODULE}:Recorded"]
    lines = [f"good = {MODULE}:{target}", *broken]
    found = installed(tmp_path, "extra", *lines, group="flowgen.tool_call_formats")
    with caplog.at_level(logging.ERROR):
        formats = plugin_formats(found, {})
    assert [(format.name, origin) for format, origin in formats] == [("own_format", "extra 1.2")]
    assert "'bad' of extra 1.2 is skipped: it cannot be made" in caplog.text
    assert "'gone' of extra 1.2 is skipped: its import failed" in caplog.text
    assert "'other' of extra 1.2 is skipped: it is no tool-call format, match, markup" in caplog.text


def test_flowgens_own_formats_are_no_plugins(tmp_path: Path) -> None:
    found = installed(tmp_path, "flowgen", f"mine = {MODULE}:OwnFormat", group="flowgen.tool_call_formats")
    assert plugin_formats(found, {}) == []
