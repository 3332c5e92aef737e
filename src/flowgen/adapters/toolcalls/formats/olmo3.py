"""Olmo 3: calls in Python's notation, a line each.

<function_calls>
get_weather(city="Paris")
get_time()
</function_calls>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.pythonic import Pythonic
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="olmo3",
        models="Olmo 3",
        reasoning=ReasoningTags(),
        signs=(Sign(texts=("<function_calls>",), without=("<invoke", ":invoke")),),
        calls=Pythonic(opening="<function_calls>\n", closing="\n</function_calls>", has_brackets=False),
    )
)
