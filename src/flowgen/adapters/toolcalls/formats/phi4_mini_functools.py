"""Phi-4 mini: a JSON array behind a word.

functools[{"name": "get_weather", "arguments": {"city": "Paris"}}]
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects

FORMAT = DeclaredFormat(
    Declaration(
        name="phi4_mini_functools",
        models="Phi-4 mini",
        signs=(Sign(texts=("functools[",), without=(" functools[",)), Sign(texts=("<|tool|>", "<|/tool|>"))),
        calls=JsonObjects(opening="functools", is_list=True),
    )
)
