"""A format and a long length are not counted together: the automaton of both would have no end."""

from flowgen.application.schemas.lowering import lower


def test_a_long_length_beside_a_format_is_judged() -> None:
    notes = lower({"type": "string", "format": "email", "maxLength": 255}).notes
    assert [note.pointer for note in notes if note.kind == "checked"] == ["/maxLength"]
    notes = lower({"type": "string", "format": "email", "maxLength": 60}).notes
    assert not [note for note in notes if note.kind == "checked"]
