"""The formats there are, by name and by what a template looks like. Refuses to know how they were found."""

from collections.abc import Iterable, Sequence

from flowgen.domain.errors import UnknownPlugin
from flowgen.domain.ports import ToolCallFormat
from flowgen.domain.toolcalls import Match, TemplateProbe


class FormatsByName:
    """A FormatRegistry over formats that were handed in; of two with one name the later counts."""

    def __init__(self, formats: Iterable[ToolCallFormat]) -> None:
        self._formats = {format.name: format for format in formats}

    def names(self) -> Sequence[str]:
        return sorted(self._formats)

    def get(self, name: str) -> ToolCallFormat:
        if name not in self._formats:
            raise UnknownPlugin("options.tool_call_format", name, self.names())
        return self._formats[name]

    def detect(self, probe: TemplateProbe) -> tuple[ToolCallFormat, Match] | None:
        """Give the format with the strongest claim; of equal ones the first by name."""
        claims = [(self._formats[name], self._formats[name].match(probe)) for name in self.names()]
        found = [(format, match) for format, match in claims if match is not None]
        return max(found, key=lambda claim: claim[1].rank, default=None)
