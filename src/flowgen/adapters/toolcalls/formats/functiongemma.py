"""FunctionGemma: an object with bare keys; strings between markers.

<start_function_call>call:get_weather{city:<escape>Paris<escape>,days:3}<end_function_call>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.bare_objects import BareObjects

FORMAT = DeclaredFormat(
    Declaration(
        name="functiongemma",
        models="FunctionGemma",
        signs=(Sign(texts=("<start_function_call>",)), Sign(tokens=("<start_function_call>",))),
        calls=BareObjects(opening="<start_function_call>call:", closing="<end_function_call>", string_mark="<escape>"),
    )
)
