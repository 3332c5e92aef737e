"""Firefunction v2: a JSON array behind a word, with a space before it.

functools[{"name": "get_weather", "arguments": {"city": "Paris"}}]
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects

FORMAT = DeclaredFormat(
    Declaration(
        name="firefunction_v2",
        models="Firefunction v2",
        signs=(Sign(texts=(" functools[",)),),
        calls=JsonObjects(opening=" functools", is_list=True),
    )
)
