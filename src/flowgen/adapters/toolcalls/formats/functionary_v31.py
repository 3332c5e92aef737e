"""Functionary 3.1: the name in a tag, JSON in it.

<function=get_weather>{"city": "Paris"}</function>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.named_json import NamedJson

FORMAT = DeclaredFormat(
    Declaration(
        name="functionary_v31",
        models="Functionary 3.1",
        signs=(Sign(patterns=(r"<function=[^<>]*>\s*\{",)),),
        calls=NamedJson(opening="<function=", name_end=">", closing="</function>", raw_key="code"),
    )
)
