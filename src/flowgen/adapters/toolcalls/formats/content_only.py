"""Models that write no calls: all is content.

Hello there.
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat

FORMAT = DeclaredFormat(
    Declaration(
        name="content_only",
        models="models without tools",
        calls=None,
    )
)
