"""One event is one line of data, however a client splits lines."""

import json

import pytest

from flowgen.http.event_stream import event


@pytest.mark.parametrize("text", ["plain", "a\nb\r\nc", "é\u2028\u2029\x85 😀", "\x0b\x0c\x1c\x1d\x1e"])
def test_an_event_is_one_line(text: str) -> None:
    sent = event({"content": text}).decode()
    line, *rest = sent.splitlines()
    assert rest == [""]
    assert json.loads(line.removeprefix("data: ")) == {"content": text}
