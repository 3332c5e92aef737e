"""Models that think and write no calls.

<think>I will greet.</think>Hello there.
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="reasoning_only",
        models="models with thinking and without tools",
        reasoning=ReasoningTags(),
        calls=None,
    )
)
