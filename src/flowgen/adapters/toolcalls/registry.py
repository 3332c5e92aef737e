"""The formats there are, by name and by what a template looks like. Refuses to know how they were found."""

from collections.abc import Iterable, Sequence

from flowgen.adapters.toolcalls.deriving.derived import derive
from flowgen.application.self_check import reads_back
from flowgen.domain.errors import CannotWrite, UnknownPlugin
from flowgen.domain.ports import ToolCallFormat
from flowgen.domain.toolcalls import Match, TemplateProbe

_BY_WRITING = 500
"""The rank of a format without a sign that holds, that writes just what the template does: below every sign of a
template, above those of a vocabulary."""

Claim = tuple[ToolCallFormat, Match]


class FormatsByName:
    """A FormatRegistry over formats that were handed in; of two with one name the later counts. A format may have
    `aliases`, second names that are found too."""

    def __init__(self, formats: Iterable[ToolCallFormat]) -> None:
        self._formats = {format.name: format for format in formats}
        self._aliases = {alias: format for format in self._formats.values() for alias in aliases(format)}

    def names(self) -> Sequence[str]:
        return sorted({*self._formats, *self._aliases})

    def get(self, name: str) -> ToolCallFormat:
        found = self._formats.get(name) or self._aliases.get(name)
        if found is None:
            raise UnknownPlugin("options.tool_call_format", name, self.names())
        return found

    def formats(self) -> Sequence[ToolCallFormat]:
        """Every format once, by name."""
        return [self._formats[name] for name in sorted(self._formats)]

    def detect(self, probe: TemplateProbe) -> Claim | None:
        """Give the format with the strongest claim, of equal ones the first by name; where there is none, one that is
        read off what the template writes.

        What a vocabulary says counts only where the template's own calls, if it renders any, are read back.
        """
        claims = [*self._told(probe), *self._writing(probe)]
        return max(claims, key=lambda claim: claim[1].rank, default=None) or _derived(probe)

    def _told(self, probe: TemplateProbe) -> list[Claim]:
        claims = [(format, match) for format in self.formats() if (match := format.match(probe)) is not None]
        return [claim for claim in claims if claim[1].rank > _BY_WRITING or reads_back(claim[0], probe.turns)]

    def _writing(self, probe: TemplateProbe) -> list[Claim]:
        found = (format for format in self.formats() if _writes_alike(format, probe))
        return [
            (format, Match(rank=_BY_WRITING, reason="the template writes calls just as it does")) for format in found
        ]


def _derived(probe: TemplateProbe) -> Claim | None:
    format = derive(probe)
    if format is None:
        return None
    reason = f"no known format matches; read off how the template writes a past call: {probe.turns[0].turn!r}"
    return format, Match(rank=0, reason=reason)


def aliases(format: ToolCallFormat) -> tuple[str, ...]:
    """A format's second names; formats without a declaration have none."""
    return tuple(getattr(format, "aliases", ()))


def _writes_alike(format: ToolCallFormat, probe: TemplateProbe) -> bool:
    try:
        return bool(probe.turns) and all(
            format.write(turn.calls).strip() == turn.turn.strip() for turn in probe.turns[:3]
        )
    except CannotWrite:
        return False
