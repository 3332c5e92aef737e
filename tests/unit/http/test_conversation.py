"""Results of tools find their calls, and stand in the order of those."""

import pytest

from flowgen.http.conversation import messages

HELLO = [{"role": "user", "content": "Hello!"}]


@pytest.mark.parametrize(
    ("ids", "answered"),
    [
        ([None, None], [("c1", "first"), ("c2", "second")]),
        (["c2", None], [("c1", "first"), ("c2", "second")]),
        ([None, "c2"], [("c1", "first"), ("c2", "second")]),
        (["c9", None], [("c9", None), ("c1", "first")]),
        ([None, None, None], [("c1", "first"), ("c2", "second"), (None, None)]),
    ],
)
def test_results_without_an_id_answer_the_calls_in_order(
    ids: list[str | None], answered: list[tuple[str | None, str | None]]
) -> None:
    calls = [{"name": "first", "id": "c1"}, {"name": "second", "id": "c2"}]
    results = [{"role": "tool", "content": "x"} | ({"tool_call_id": i} if i else {}) for i in ids]
    given = [*HELLO, {"role": "assistant", "tool_calls": calls}, *results]
    read = messages(given, [])[2:]
    assert [(message.tool_call_id, message.name) for message in read] == answered


def test_results_without_an_id_answer_the_calls_of_their_names() -> None:
    calls = [{"name": "first", "id": "c1"}, {"name": "second", "id": "c2"}]
    results = [{"role": "tool", "name": name, "content": name} for name in ("second", "other")]
    given = [*HELLO, {"role": "assistant", "tool_calls": calls}, *results]
    read = messages(given, [])[2:]
    assert [(message.tool_call_id, message.content) for message in read] == [("c1", "other"), ("c2", "second")]


def test_results_stand_in_the_order_of_their_calls_for_templates_that_leave_ids_out() -> None:
    calls = [{"name": "weather", "id": "c1"}, {"name": "weather", "id": "c2"}, {"name": "weather", "id": "c3"}]
    texts = [("c3", "3"), ("c9", "9"), ("c1", "1"), ("c2", "2")]
    results = [{"role": "tool", "tool_call_id": id_, "content": text} for id_, text in texts]
    turn = [{"role": "assistant", "tool_calls": calls}, *results]
    read = messages([*HELLO, *turn, {"role": "assistant", "content": "Done."}, *turn], [])
    in_order = [("c1", "1"), ("c9", "9"), ("c2", "2"), ("c3", "3")]
    assert [(message.tool_call_id, message.content) for message in read if message.role == "tool"] == in_order * 2
