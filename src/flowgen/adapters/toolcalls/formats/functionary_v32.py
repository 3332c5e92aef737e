"""Functionary 3.2: every part of an answer names its recipient, `all` for text; `python` takes code.

>>>all
Let me look.>>>get_weather
{"city": "Paris"}
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.named_json import NamedJson

FORMAT = DeclaredFormat(
    Declaration(
        name="functionary_v32",
        models="Functionary 3.2",
        dropped=(">>>all\n",),
        signs=(Sign(texts=(">>>all",)), Sign(texts=(">>>", "recipient"))),
        calls=NamedJson(opening=">>>", name_end="\n", raw_key="code", text_name="all\n"),
    )
)
