"""Llama 3.1's built-in tools: one call in Python's notation, `call` behind the name.

<|python_tag|>brave_search.call(query="weather in Paris")
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.families.pythonic import Pythonic

FORMAT = DeclaredFormat(
    Declaration(
        name="llama3_python_tag",
        models="Llama 3.1, built-in tools",
        calls=Pythonic(opening="<|python_tag|>", has_brackets=False, name_suffix=".call", is_alone=True),
    )
)
