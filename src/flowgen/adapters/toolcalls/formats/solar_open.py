"""Solar Open 100B: an id, the name, then JSON.

<|tool_call:begin|>a1b2c3d4e5<|tool_call:name|>get_weather<|tool_call:args|>{"city": "Paris"}<|tool_call:end|>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.named_json import NamedJson
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="solar_open",
        models="Solar Open 100B",
        reasoning=ReasoningTags(opening="<|think|>", closing="<|end|>"),
        dropped=("<|begin|>assistant", "<|content|>", "<|end|>"),
        signs=(
            Sign(texts=("<|tool_call:begin|>", "<|tool_call:args|>")),
            Sign(tokens=("<|tool_call:begin|>", "<|tool_call:args|>")),
        ),
        calls=NamedJson(
            opening="<|tool_call:begin|>",
            id_end="<|tool_call:name|>",
            name_end="<|tool_call:args|>",
            closing="<|tool_call:end|>",
        ),
    )
)
