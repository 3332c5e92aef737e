"""The example of docs/formats.md: installed as its own files say, found, detected, and held to its own tests."""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from importlib.metadata import Distribution
from pathlib import Path

import pytest

from flowgen.bootstrap.formats import found_formats

EXAMPLE = Path(__file__).parents[3] / "examples" / "plugin"


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    """An environment in which the package is installed: its sources, and the metadata of its pyproject.toml."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    info = tmp_path / f"flowgen_kestrel-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    groups = project["entry-points"].items()
    lines = [line for group, points in groups for line in (f"[{group}]", *(f"{k} = {v}" for k, v in points.items()))]
    (info / "entry_points.txt").write_text("\n".join(lines))
    path = os.pathsep.join([str(tmp_path), str(EXAMPLE / "src"), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


def flowgen(environment: Mapping[str, str], *arguments: str, lines: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flowgen", "formats", *arguments]
    return subprocess.run(command, env=environment, input=lines, capture_output=True, text=True, check=True)


def test_the_package_is_found_and_its_format_works(environment: Mapping[str, str], tmp_path: Path) -> None:
    rows = [line.split() for line in flowgen(environment).stdout.splitlines()]
    assert ["kestrel", "Kestrel", "1", "named", "json", "flowgen-kestrel", "0.1.0"] in rows
    case = {"format": "kestrel", "raw": 'Well.<|fly|>f<|with|>{"a": [1]}<|land|>'}
    read = json.loads(flowgen(environment, "parse", "--jsonl", lines=json.dumps(case)).stdout)
    assert (read["content"], read["tool_calls"]) == ("Well.", [{"name": "f", "arguments": {"a": [1]}}])
    template = tmp_path / "kestrel.jinja"
    template.write_text(
        "{% for message in messages %}{{ message.content }}{% for call in message.tool_calls %}<|fly|>"
        "{{ call.function.name }}<|with|>{{ call.function.arguments | tojson }}<|land|>{% endfor %}{% endfor %}"
    )
    assert json.loads(flowgen(environment, "detect", str(template), "--json").stdout)["name"] == "kestrel"


def test_the_allow_list_leaves_it_out(
    environment: Mapping[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLE / "src"))
    (info,) = tmp_path.glob("*.dist-info")
    for allowed, is_there in (("other", False), ("flowgen_kestrel", True)):
        found = found_formats(Distribution.at(info).entry_points, {"FLOWGEN_PLUGINS": allowed})
        assert ("kestrel" in [entry.format.name for entry in found]) == is_there


def test_a_broken_package_is_named_and_the_rest_works(environment: Mapping[str, str], tmp_path: Path) -> None:
    (tmp_path / "flowgen_kestrel.py").write_text("raise RuntimeError('no feathers')\n")
    done = flowgen(environment)
    assert "kestrel" not in done.stdout
    assert "hermes_json" in done.stdout
    assert "'kestrel' of flowgen-kestrel 0.1.0 is skipped" in done.stderr


def test_it_keeps_the_laws(environment: Mapping[str, str]) -> None:
    run = (
        "import sys, hypothesis, pytest; hypothesis.settings.register_profile('few', max_examples=2, deadline=None);"
        " hypothesis.settings.load_profile('few'); sys.exit(pytest.main(['-q', '-p', 'no:cacheprovider',"
        " '-W', 'ignore::pytest.PytestAssertRewriteWarning', 'tests']))"
    )
    done = subprocess.run([sys.executable, "-c", run], env=environment, capture_output=True, text=True, cwd=EXAMPLE)
    assert done.returncode == 0, done.stdout
    assert "100%" in done.stdout


def test_without_the_package_there_is_no_such_format() -> None:
    assert "kestrel" not in [entry.format.name for entry in found_formats(found=[])]
