"""Warnings of a stream, which has no body to put them in before it ends. Knows what a header can hold."""

import json
from collections.abc import Sequence

NAME = "x-flowgen-warnings"
_MOST = 4000
"""Bytes; proxies and clients refuse heads of more than 8 KB."""


def warnings_header(warnings: Sequence[str]) -> dict[str, str]:
    """The header with these warnings, none for none. What is not printable ASCII is escaped as in JSON."""
    if not warnings:
        return {}
    text = "; ".join(_printable(warning) for warning in warnings)
    if len(text) > _MOST:
        text = f"{text[:_MOST]} ... ({len(warnings)} warnings in all)"
    return {NAME: text}


def _printable(text: str) -> str:
    shown = (c if " " <= c <= "~" else json.dumps(c)[1:-1] for c in text)
    return "".join(shown)
