"""Tokenizers from folders and from a hub that answers, refuses, is silent or is not there."""

import contextlib
import json
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flowgen.adapters.prompts import hub
from flowgen.adapters.prompts.hub import load_tokenizer
from flowgen.domain.errors import TokenizerNotFound

NAME = "somebody/model"


@pytest.fixture
def hub_says(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Make the hub answer with a status and its name for an error, or raise."""

    def says(answer: Any) -> None:
        def ask(name: str) -> Any:
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(hub, "_ask", ask)

    return says


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """What was asked of transformers: a name, and whether the cache alone serves."""
    asked: list[tuple[str, bool]] = []

    def load(name: str, otherwise: str, *, local_files_only: bool = False) -> str:
        asked.append((name, local_files_only))
        return "a tokenizer"

    monkeypatch.setattr(hub, "_from_pretrained", load)
    return asked


def test_a_folder(tokenizer_folder: Callable[..., str]) -> None:
    assert load_tokenizer(tokenizer_folder("{{ messages }}")).chat_template == "{{ messages }}"


@pytest.mark.parametrize(
    "name", ["", "/no/such/folder", "a/b/c", "two words", "~nobody-here/x", "\0", "~a\0b", "x" * 5000, __file__]
)
def test_what_is_no_folder_and_no_name(name: str) -> None:
    with pytest.raises(TokenizerNotFound, match="no folder here and no name for the hub") as refused:
        load_tokenizer(name)
    assert refused.value.field == "tokenizer_name"


def test_a_folder_without_a_tokenizer(tmp_path: Path) -> None:
    with pytest.raises(TokenizerNotFound, match="the folder holds no tokenizer that can be read"):
        load_tokenizer(str(tmp_path))


def test_a_folder_with_a_broken_tokenizer(tokenizer_folder: Callable[..., str]) -> None:
    folder = tokenizer_folder()
    Path(folder, "tokenizer.json").write_text("no JSON")
    with pytest.raises(TokenizerNotFound, match="the folder holds no tokenizer"):
        load_tokenizer(folder)


def test_code_in_a_folder_is_never_run(tokenizer_folder: Callable[..., str]) -> None:
    folder = tokenizer_folder(tokenizer_class="Mine", auto_map={"AutoTokenizer": ["mine.Mine", None]})
    Path(folder, "mine.py").write_text("raise SystemExit('this code was run')")
    (Path(folder) / "config.json").write_text(json.dumps({"model_type": "mine"}))
    with contextlib.suppress(TokenizerNotFound):
        load_tokenizer(folder)
    assert not [name for name in sys.modules if name.endswith(".mine")]


def test_a_hub_that_answers(hub_says: Callable[[Any], None], loads: list[tuple[str, bool]]) -> None:
    for answer in ((200, ""), (302, ""), (404, "EntryNotFound")):
        hub_says(answer)
        assert load_tokenizer(NAME) == "a tokenizer"
    assert loads == [(NAME, False)] * 3


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        ((404, "RepoNotFound"), "there is no such repository"),
        ((404, ""), "there is no such repository"),
        ((401, "RepoNotFound"), "there is no such repository, or it needs a login"),
        ((403, "GatedRepo"), "there is no such repository, or it needs a login"),
    ],
)
def test_a_hub_that_refuses(hub_says: Callable[[Any], None], answer: tuple[int, str], meaning: str) -> None:
    hub_says(answer)
    with pytest.raises(TokenizerNotFound, match=meaning):
        load_tokenizer(NAME)


@pytest.mark.parametrize("answer", [OSError("Name or service not known"), (503, "")])
def test_a_hub_that_is_not_there(hub_says: Callable[[Any], None], answer: Any) -> None:
    hub_says(answer)
    with pytest.raises(TokenizerNotFound, match=r"the hub cannot be reached: (Name or service not known|.*503)"):
        load_tokenizer(NAME)


def test_the_cache_serves_where_the_hub_does_not(
    hub_says: Callable[[Any], None], loads: list[tuple[str, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    hub_says(OSError("no route"))
    monkeypatch.setattr(hub, "_is_cached", lambda name: True)
    assert load_tokenizer(NAME) == "a tokenizer"
    assert loads == [(NAME, True)]


def test_a_silent_hub_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    silence = threading.Event()
    monkeypatch.setattr(hub, "PROBE_S", 0.05)
    monkeypatch.setattr(hub, "_ask", lambda name: silence.wait(10))
    began = time.monotonic()
    with pytest.raises(TokenizerNotFound, match="cannot be reached: no answer within"):
        load_tokenizer(NAME)
    assert time.monotonic() - began < 5
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "tokenizer")
    silence.set()


def test_a_download_that_never_ends_is_given_up(
    hub_says: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    silence = threading.Event()
    hub_says((200, ""))
    monkeypatch.setattr(hub, "DOWNLOAD_S", 0.05)
    monkeypatch.setattr(hub, "_from_pretrained", lambda name, otherwise: silence.wait(10))
    with pytest.raises(TokenizerNotFound, match="did not give the tokenizer"):
        load_tokenizer(NAME)
    silence.set()


def test_the_deadlines_leave_time_for_the_rest_of_ten_seconds() -> None:
    assert hub.PROBE_S <= 7
