"""Llama 4: a list in Python's notation, between markers or without.

<|python_start|>[get_weather(city="Paris"), get_time()]<|python_end|>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.pythonic import Pythonic

FORMAT = DeclaredFormat(
    Declaration(
        name="llama4_pythonic",
        models="Llama 4",
        signs=(
            Sign(texts=("<|python_start|>",), patterns=(r"(?<!\w)\[\w+\(\w+=",)),
            Sign(texts=("<|header_start|>",), patterns=(r"\[\s*func(?:tion)?_name1?\s*\(",)),
        ),
        calls=Pythonic(opening="<|python_start|>", closing="<|python_end|>", bare_openings=("[",)),
    )
)
