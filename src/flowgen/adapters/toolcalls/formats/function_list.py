"""Calls without markers: the whole answer is a list in Python's notation.

[calculate_sum(a=15, b=25), get_weather(location="Paris")]
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.pythonic import Pythonic

FORMAT = DeclaredFormat(
    Declaration(
        name="function_list",
        models="models that are told to answer with [func_name1(...)], such as Llama 3.2",
        signs=(Sign(patterns=(r"\[\s*func(?:tion)?_name1?\s*\(",)),),
        calls=Pythonic(),
    )
)
