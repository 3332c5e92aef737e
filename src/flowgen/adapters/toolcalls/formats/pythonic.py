"""Llama 3.2 and ToolACE: the whole answer is a list in Python's notation.

[get_weather(city="Paris"), get_time()]
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.pythonic import Pythonic

FORMAT = DeclaredFormat(
    Declaration(
        name="pythonic",
        models="Llama 3.2 in text, ToolACE",
        signs=(Sign(patterns=(r"\0\[\w+\(\w+=",)),),
        calls=Pythonic(),
    )
)
