"""What the servers are asked: words without sense, a schema, a box of tools. Every draw is new, so that no answer is
cached from an earlier round. Refuses to know servers."""

import random
from typing import Any

WORDS = (
    *("alpha", "river", "stone", "cloud", "seven", "paper", "orange", "table", "north"),
    *("quick", "silver", "garden", "winter", "music", "doctor", "engine"),
)
TEAM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "team_name": {"type": "string", "maxLength": 20},
        "city_of_origin": {"type": "string", "maxLength": 20},
        "current_season_score": {"type": "integer", "minimum": 0, "maximum": 200},
        "players": {
            "type": "array",
            "minItems": 3,
            "maxItems": 3,
            "items": {
                "type": "object",
                "properties": {
                    "full_name": {"type": "string", "maxLength": 16},
                    "jersey_number": {"type": "integer", "minimum": 0, "maximum": 99},
                    "position": {"enum": ["point_guard", "shooting_guard", "small_forward", "power_forward", "center"]},
                },
                "required": ["full_name", "jersey_number", "position"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["team_name", "city_of_origin", "current_season_score", "players"],
    "additionalProperties": False,
}
"""A document with names that repeat, bounded strings and numbers, an enum and a list."""

_KINDS: list[dict[str, Any]] = [
    {"type": "integer", "minimum": 0, "maximum": 99},
    {"type": "boolean"},
    {"enum": ["low", "medium", "high"]},
]
_NUM_TOOLS = 40


def words(count: int, rng: random.Random) -> str:
    """A text of `count` words: about as many tokens."""
    return " ".join(rng.choice(WORDS) for _ in range(count))


def toolbox(rng: random.Random) -> list[dict[str, Any]]:
    """Forty tools with three required arguments each, in OpenAI's shape."""
    return [{"type": "function", "function": _function(index, rng)} for index in range(_NUM_TOOLS)]


def _function(index: int, rng: random.Random) -> dict[str, Any]:
    properties = {f"{rng.choice(WORDS)}_{letter}": rng.choice(_KINDS) for letter in "abc"}
    return {
        "name": f"{rng.choice(WORDS)}_{rng.choice(WORDS)}_{index}",
        "description": words(8, rng),
        "parameters": {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        },
    }
