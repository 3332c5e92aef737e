"""Figures of a round, and which side is ahead."""

import json
from typing import Any

import pytest
from benchmarks.chat import Answer, Asked, is_good
from benchmarks.figures import figures, lines, ratios
from benchmarks.texts import TEAM

PLAYER = {"full_name": "Ann", "jersey_number": 7, "position": "center"}
DOCUMENT = {"team_name": "a", "city_of_origin": "b", "current_season_score": 3, "players": [PLAYER] * 3}
TOOLS = [{"type": "function", "function": {"name": "go", "parameters": {"type": "object", "required": ["a"]}}}]


def asked(**fields: Any) -> Asked:
    return Asked(messages=[], max_tokens=5, seed=1, **fields)


def answer(first_s: float, gaps_s: list[float], *, is_good: bool = True) -> Answer:
    return Answer(first_s=first_s, total_s=2.0, num_tokens=10, gaps_s=gaps_s, text="", is_good=is_good)


def test_the_figures_of_a_round() -> None:
    found = figures([answer(0.5, [0.1, 0.3]), answer(1.5, [0.2], is_good=False)], wall_s=4.0)
    assert found == {
        "tok_s": 5.0,
        "docs_s": 0.25,
        "good": 0.5,
        "ttft_p50": 1.0,
        "ttft_max": 1.5,
        "gap_p50": 0.2,
        "gap_p99": 0.3,
        "gap_max": 0.3,
    }


def test_more_tokens_and_less_time_are_both_ahead() -> None:
    fast, slow = figures([answer(0.5, [0.1])], 1.0), figures([answer(1.0, [0.2])], 2.0)
    for name in ("tok_s", "docs_s", "ttft_p50", "gap_p99"):
        assert ratios(name, [fast], [slow]) == [2.0]
    assert "A ahead x2.00 (2.00 to 2.00)" in lines("solo", [fast], [slow])[0]
    assert "B" not in lines("solo", [fast], [])[0]


@pytest.mark.parametrize(
    ("ask", "text", "calls", "num_tokens", "expected"),
    [
        (asked(), "abc", {}, 5, True),
        (asked(), "abc", {}, 4, False),
        (asked(), "abc", {}, None, True),
        (asked(schema=TEAM), json.dumps(DOCUMENT), {}, 5, True),
        (asked(schema=TEAM), json.dumps({**DOCUMENT, "players": []}), {}, 5, False),
        (asked(schema=TEAM), '{"team_name"', {}, 5, False),
        (asked(tools=TOOLS), "", {0: ["go", '{"a": 1}']}, 5, True),
        (asked(tools=TOOLS), "", {0: ["go", "{}"]}, 5, False),
        (asked(tools=TOOLS), "", {0: ["stop", '{"a": 1}']}, 5, False),
        (asked(tools=TOOLS), "", {0: ["go", '{"a": 1}'], 1: ["go", '{"a": 1}']}, 5, False),
        (asked(tools=TOOLS), "text", {}, 5, False),
    ],
)
def test_good_answers_are_what_was_asked_for(
    ask: Asked, text: str, calls: dict[int, list[str]], num_tokens: int | None, expected: bool
) -> None:
    assert is_good(ask, text, calls, num_tokens) is expected
