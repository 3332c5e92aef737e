"""RWKV: JSON in a code fence under a title.

**Tool Call:**
```json
{"name": "get_weather", "arguments": {"city": "Paris"}}
```
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="rwkv_markdown",
        models="RWKV",
        reasoning=ReasoningTags(),
        signs=(Sign(texts=("**Tool Call:**",)),),
        calls=JsonObjects(opening="**Tool Call:**\n```json\n", closing="\n```", is_plain=True),
    )
)
