"""Answers that are messages: what the family's fields say."""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.families.messages import Messages
from support.formats import PING, calls_in, read

MADE_UP = DeclaredFormat(
    Declaration(
        name="made_up",
        calls=Messages(
            starts=("<to>",),
            header_ends=("<says>",),
            ends=("<over>",),
            thinking="me<says>",
            call=r"tool (?P<name>\w+)<says>",
            call_texts=("<to>tool ", "<says>", "<over>"),
            content_texts=("<to>you<says>", "<over>"),
        ),
    )
)


def test_the_header_says_for_whom_a_message_is() -> None:
    assert MADE_UP.write([PING]) == "<to>tool ping<says>{}<over>"
    answer = read(MADE_UP, "<to>you<says>One moment.<over><to>tool ping<says>{}<over>")
    assert (answer.content, [call.name for call in answer.calls]) == ("One moment.", ["ping"])


def test_thinking_is_no_content() -> None:
    assert read(MADE_UP, "<to>me<says>Hm.<over><to>you<says>Yes.<over>").content == "Yes."


def test_a_body_that_is_no_json_is_no_call() -> None:
    assert calls_in(MADE_UP, "<to>tool ping<says>now<over>") == []
