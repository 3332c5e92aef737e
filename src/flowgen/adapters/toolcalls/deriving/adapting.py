"""Gives a known format the texts of one model's template: a suffix of all markers, an id, the name of a section. Knows
which fields of a family are texts; refuses to change how a format works.

Models of one family differ in such texts, and a model that is bound to texts that it has not learnt answers worse.
"""

import msgspec

from flowgen.adapters.toolcalls.declaration import DeclaredFormat, Family
from flowgen.adapters.toolcalls.deriving.derived import families
from flowgen.adapters.toolcalls.families.bare_objects import BareObjects
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.adapters.toolcalls.families.named_json import NamedJson
from flowgen.adapters.toolcalls.families.pythonic import Pythonic
from flowgen.adapters.toolcalls.families.tagged import Tagged
from flowgen.application.self_check import reads_back, writes_alike
from flowgen.domain.ports import ToolCallFormat
from flowgen.domain.toolcalls import TemplateProbe

_SECTION = ("section_opening", "section_closing", "opening", "closing", "separator")
_TEXTS: dict[type, tuple[str, ...]] = {
    JsonObjects: ("opening", "closing", "brackets", "separator", "block_separator"),
    NamedJson: (*_SECTION, "before_name", "name_prefix", "is_numbered", "id_mark", "id_end", "name_end"),
    Tagged: (*_SECTION, "name_end", "key_opening", "key_end", "type_text", "value_opening", "value_closing"),
    Pythonic: ("opening", "closing"),
    BareObjects: ("opening", "closing", "string_mark", "separator"),
}


def adapted(format: ToolCallFormat, probe: TemplateProbe) -> ToolCallFormat:
    """The format with the texts that the template writes; the format itself where it writes them already, or where what
    they are cannot be told."""
    if not isinstance(format, DeclaredFormat) or not probe.turns or writes_alike(format, probe.turns):
        return format
    own = format.declaration.calls
    for family in families(probe):
        if own is not None and type(family) is type(own):
            changed = _with_texts(format, own, family)
            if writes_alike(changed, probe.turns) and reads_back(changed, probe.turns):
                return changed
    return format


def _with_texts(format: DeclaredFormat, own: Family, found: Family) -> DeclaredFormat:
    """What was declared stays readable, where it is told apart by its opening."""
    texts = {name: getattr(found, name) for name in _TEXTS[type(own)]}
    calls = msgspec.structs.replace(own, **texts)  # type: ignore[type-var]  # families are structs
    others = format.declaration.other_calls
    if not set(own.openings().marked) & set(calls.openings().marked):
        others = (own, *others)
    return DeclaredFormat(msgspec.structs.replace(format.declaration, calls=calls, other_calls=others))
