"""The formats there are, by name and by what a template looks like. Refuses to know how they were found."""

from collections.abc import Iterable, Sequence

import msgspec

from flowgen.adapters.toolcalls.deriving.adapting import adapted
from flowgen.adapters.toolcalls.deriving.derived import NAME as DERIVED
from flowgen.adapters.toolcalls.deriving.derived import derive
from flowgen.adapters.toolcalls.detection import TEXT_RANK
from flowgen.application.self_check import reads_back, writes_alike
from flowgen.domain.errors import UnknownPlugin
from flowgen.domain.ports import ToolCallFormat
from flowgen.domain.toolcalls import Match, TemplateProbe

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
            raise UnknownPlugin("options.tool_call_format", name, sorted({*self.names(), DERIVED}))
        return found

    def formats(self) -> Sequence[ToolCallFormat]:
        """Every format once, by name."""
        return [self._formats[name] for name in sorted(self._formats)]

    def detect(self, probe: TemplateProbe) -> Claim | None:
        """Give the format with the strongest claim, of equal ones the first by name, with the texts of this template;
        where there is none, one that is read off what the template writes.
        """
        told = self._told(probe)
        return _with_its_texts(_strongest(told), probe) if told else self._writing(probe) or self._derived(probe)

    def derive(self, probe: TemplateProbe) -> Claim | None:
        """Give what the template's own calls show; None where they show none of the families."""
        format = derive(probe)
        if format is None:
            return None
        return format, Match(rank=0, reason=f"read off how the template writes a past call: {probe.turns[0].turn!r}")

    def _told(self, probe: TemplateProbe) -> list[Claim]:
        """By signs. What a vocabulary says counts only where the template's own calls, if any, are read back."""
        claims = [(format, match) for format in self.formats() if (match := format.match(probe)) is not None]
        of_templates = [claim for claim in claims if claim[1].rank >= TEXT_RANK]
        return of_templates or [claim for claim in claims if reads_back(claim[0], probe.turns)]

    def _writing(self, probe: TemplateProbe) -> Claim | None:
        """The first format that writes calls just as the template does, without a sign that says so."""
        found = next((format for format in self.formats() if probe.turns and writes_alike(format, probe.turns)), None)
        return None if found is None else (found, Match(rank=0, reason="the template writes calls just as it does"))

    def _derived(self, probe: TemplateProbe) -> Claim | None:
        claim = self.derive(probe)
        if claim is None:
            return None
        return claim[0], msgspec.structs.replace(claim[1], reason=f"no known format matches; {claim[1].reason}")


def _strongest(claims: Sequence[Claim]) -> Claim:
    return max(claims, key=lambda claim: claim[1].rank)


def _with_its_texts(claim: Claim, probe: TemplateProbe) -> Claim:
    format, match = claim
    fitting = adapted(format, probe)
    if fitting is format:
        return claim
    return fitting, msgspec.structs.replace(match, reason=f"{match.reason}; its texts are the template's own")


def aliases(format: ToolCallFormat) -> tuple[str, ...]:
    """A format's second names; formats without a declaration have none."""
    return tuple(getattr(format, "aliases", ()))
