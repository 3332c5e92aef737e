"""How a reader says that text is no call. Never leaves the parsers."""


class BrokenCall(Exception):
    """The text is no call in this syntax; the message says why."""


class CutCall(BrokenCall):
    """The text ended inside of a call."""

    def __init__(self, reason: str | None) -> None:
        super().__init__("the token limit cut it" if reason == "length" else "the answer ended inside of it")
