"""The texts between which calls' arguments stand, one by one. Refuses to know how they are read and bound."""

from flowgen.domain.values import Value


class TaggedTexts(Value, frozen=True):
    """The syntax. Texts are as they are written, white space included; they are read with any white space, but for the
    line breaks right before and after a value.

    `section_*` stand around calls: around all of an answer's, or, unless `shares_section`, around each. A call is
    `opening` NAME `name_end` arguments `closing`; an argument is `key_opening` KEY `key_end` `value_opening` VALUE
    `value_closing`; `separator` stands between calls. `call_attributes` stands between a name and its end, `{}` in it
    for the call's number, from 1. `type_text` stands after `key_end`, `{}` in it for the word that `type_words` has for
    the value's JSON type (`*` for all others): then types are on the wire, else the tool's schema tells them.
    `before_name`
    and `name_opening` stand before the name; with `has_json_body` a call may be JSON too. `value_ends` are other
    texts that end a value; with `has_cdata` one in a CDATA section is read, and none is written; with `escapes_names`
    calls' and arguments' names stand as XML's attributes do. `other_*` are read and never written.
    """

    opening: str
    name_end: str
    key_opening: str
    key_end: str
    value_closing: str
    closing: str
    value_opening: str = ""
    separator: str = ""
    section_opening: str = ""
    section_closing: str = ""
    shares_section: bool = True
    before_name: str = ""
    name_opening: str = ""
    call_attributes: str = ""
    type_text: str = ""
    type_words: tuple[tuple[str, str], ...] = ()
    writes_types: bool = True
    has_json_body: bool = False
    value_ends: tuple[str, ...] = ()
    has_cdata: bool = False
    escapes_names: bool = False
    other_openings: tuple[str, ...] = ()
    other_key_openings: tuple[str, ...] = ()
    other_section_openings: tuple[str, ...] = ()
    other_section_closings: tuple[str, ...] = ()
