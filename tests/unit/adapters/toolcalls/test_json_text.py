"""JSON as models write it: what is mended while it is read, and what is refused."""

import pytest

from flowgen.adapters.toolcalls.broken import BrokenCall
from flowgen.adapters.toolcalls.character_stream import CharacterStream
from flowgen.adapters.toolcalls.json_text import decoded, encoded, read_json
from flowgen.domain.values import JsonValue


def value_of(pieces: list[str]) -> tuple[JsonValue, str]:
    """Give a value that arrives in pieces, and the text that was told of it."""
    stream, told = CharacterStream(), list[str]()
    reading = read_json(stream, told.append)
    try:
        for piece in pieces:
            stream.push(piece)
            next(reading)
        stream.finish("stop")
        next(reading)
    except StopIteration as stopped:
        return stopped.value, "".join(told)
    raise AssertionError("it waits for more than there is")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ('{"a": [1, 2,], "b": {"c": null,\n},}', '{"a": [1, 2], "b": {"c": null\n}}'),
        ("{'a': 'x', 'b': ['y']}", '{"a": "x", "b": ["y"]}'),
        ("""{'a': "it's", "b": 'say "x"', 'c': 'it\\'s'}""", '{"a": "it\'s", "b": "say \\"x\\"", "c": "it\'s"}'),
        ("{'a': 'x\ny\\u00e9\\n'}", '{"a": "x\\ny\\u00e9\\n"}'),
        ('{a: 1, b_2 : {$c: "a: b"}}', '{"a": 1, "b_2" : {"$c": "a: b"}}'),
        ('{"a": True, "b": None, "c": [False]}', '{"a": true, "b": null, "c": [false]}'),
        ('{"a": 1e5, "b": 1E-5, "c": 2.e, e: 1}', ""),
        ('{"a": 1e5, "b": 1E-5, "c": 1.5e+3, e: 1, e2: 2}', '{"a": 1e5, "b": 1E-5, "c": 1.5e+3, "e": 1, "e2": 2}'),
        ("{a b: 1}", ""),
        ("{'a': 'x", ""),
        ('{"a": x}', ""),
        ("[1,,2]", ""),
        ('{"a": 1 "b": 2}', ""),
    ],
)
def test_what_models_write_is_mended_however_it_is_cut(text: str, written: str) -> None:
    for size in (1, 2, 3, len(text)):
        pieces = [text[start : start + size] for start in range(0, len(text), size)]
        if written:
            assert value_of(pieces) == (decoded(written), written)
        else:
            with pytest.raises(BrokenCall):
                value_of(pieces)


@pytest.mark.parametrize("text", ["1e999", "-1e999", '{"a": [1e999]}', "NaN", "Infinity", "[-Infinity]"])
def test_what_is_no_finite_number_is_no_json(text: str) -> None:
    with pytest.raises(BrokenCall):
        decoded(text)


def test_whole_numbers_beyond_64_bits_are_json() -> None:
    assert decoded('{"a": 100000000000000000000000, "b": 1e300}') == {"a": 10**23, "b": 1e300}


@pytest.mark.parametrize("is_strict", [True, False])
def test_a_comma_waits_for_what_follows_only_where_it_may_have_to_go(is_strict: bool) -> None:
    stream, told = CharacterStream(is_strict=is_strict), list[str]()
    reading = read_json(stream, told.append)
    stream.push("[1, 2, ")
    next(reading)
    assert "".join(told) == ("[1, 2, " if is_strict else "[1, 2")
    stream.push("3]")
    with pytest.raises(StopIteration) as stopped:
        next(reading)
    assert stopped.value.value == [1, 2, 3]
    assert "".join(told) == "[1, 2, 3]"


def test_half_a_character_is_told_all_the_same() -> None:
    assert encoded({"a": "x\ud800"}) == '{"a": "x\\ud800"}'
