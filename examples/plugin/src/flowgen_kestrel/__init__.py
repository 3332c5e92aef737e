"""Kestrel, a made-up model: the name, then JSON.

Let me look.<|fly|>get_weather<|with|>{"city": "Paris"}<|land|>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.named_json import NamedJson

FORMAT = DeclaredFormat(
    Declaration(
        name="kestrel",
        models="Kestrel 1",
        signs=(Sign(texts=("<|fly|>", "<|with|>")), Sign(tokens=("<|fly|>", "<|land|>"))),
        calls=NamedJson(opening="<|fly|>", name_end="<|with|>", closing="<|land|>"),
    )
)
