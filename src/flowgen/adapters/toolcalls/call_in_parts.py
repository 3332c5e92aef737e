"""A call whose name, id and arguments come in any order. Knows what is told when; refuses to know how they are
written."""

from collections.abc import Collection

from flowgen.adapters.toolcalls.broken import BrokenCall
from flowgen.adapters.toolcalls.call_events import CallEvents
from flowgen.adapters.toolcalls.character_stream import Tell
from flowgen.domain.values import JsonObject, JsonValue


class CallInParts:
    """The arguments are told once the name is known; with `is_bare` nothing before both are there. `names` are those
    that it may have, None any; `other_name` is the name where no other comes. Raises BrokenCall."""

    __slots__ = (
        "_events", "_has_arguments", "_id", "_name", "_names", "_tell", "_waiting",
        "arguments", "is_bare", "is_typed", "is_wrapper", "other_name",
    )  # fmt: skip

    def __init__(self, events: CallEvents, names: Collection[str] | None, *, is_bare: bool) -> None:
        self._events = events
        self._names = names
        self.is_bare = is_bare
        self._tell: Tell | None = None
        self._name: str | None = None
        self.other_name = ""
        self._id = ""
        self._waiting: list[str] = []
        self._has_arguments = False
        self.is_wrapper = False
        self.is_typed = False
        self.arguments: JsonObject = {}

    @property
    def has_name(self) -> bool:
        return self._name is not None

    @property
    def is_whole(self) -> bool:
        """Whether its name and its arguments are there."""
        return (self.has_name or bool(self.other_name)) and self._has_arguments

    def name_is(self, name: str) -> None:
        if self._name is not None:
            raise BrokenCall("it has two names")
        if self._names is not None and name not in self._names:
            raise BrokenCall(f"{name!r} is no tool")
        self._name = name
        if not self.is_bare or self._has_arguments:
            self._begin()

    def id_is(self, value: JsonValue) -> None:
        if isinstance(value, str):
            self._id = value

    def begin_arguments(self) -> None:
        if self._has_arguments:
            raise BrokenCall("it has arguments twice")
        self._has_arguments = True
        if self._name is not None and self._tell is None:
            self._begin()

    @property
    def taker(self) -> Tell:
        """What takes the arguments' text, once they have begun."""
        return self._tell or self.tell

    def tell(self, piece: str) -> None:
        if self._tell is None:
            self._waiting.append(piece)
        else:
            self._tell(piece)

    def _begin(self) -> None:
        self._tell = self._events.begin(self._name or "", self._id)
        for piece in self._waiting:
            self._tell(piece)

    def finish(self) -> None:
        if self._name is None and self.other_name:
            self.name_is(self.other_name)
        if self.is_wrapper and self._name is None:
            return
        if self._tell is None:
            raise BrokenCall("it has no name" if self._name is None else "it has no arguments")
        if not self._has_arguments:
            self._tell("{}")
        self._events.complete(self.arguments, self._id)
