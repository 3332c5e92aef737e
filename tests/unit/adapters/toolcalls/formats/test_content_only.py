"""content_only: a format without calls."""

import pytest

from flowgen.adapters.toolcalls.formats.content_only import FORMAT
from flowgen.domain.errors import CannotWrite
from support.formats import PING, read


def test_all_is_text() -> None:
    raw = '<tool_call>\n{"name": "ping", "arguments": {}}\n</tool_call> [ping()]'
    answer = read(FORMAT, raw)
    assert (answer.content, answer.calls) == (raw, ())


def test_no_call_can_be_written() -> None:
    with pytest.raises(CannotWrite):
        FORMAT.write([PING])
