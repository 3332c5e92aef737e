"""Makes a format of what a template writes. Knows the syntax families in the order in which they are tried; refuses to
believe any of them before it has read the template's own calls.
"""

from collections.abc import Iterator

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat, Family
from flowgen.adapters.toolcalls.deriving.json_shapes import json_objects, named_json
from flowgen.adapters.toolcalls.deriving.literal_shapes import bare_objects, pythonic
from flowgen.adapters.toolcalls.deriving.sections import divide
from flowgen.adapters.toolcalls.deriving.tagged_shape import tagged
from flowgen.application.self_check import reads_back
from flowgen.domain.toolcalls import TemplateProbe

NAME = "derived"


def derive(probe: TemplateProbe) -> DeclaredFormat | None:
    """The format of a template that no known one matches; None where it renders no calls, or none of the families reads
    back what it renders."""
    if not probe.turns:
        return None
    made = (DeclaredFormat(Declaration(name=NAME, calls=family)) for family in families(probe))
    return next((format for format in made if reads_back(format, probe.turns)), None)


def families(probe: TemplateProbe) -> Iterator[Family]:
    """What the template's calls may be, in each family that they fit at first sight."""
    if (objects := json_objects(probe.turns)) is not None:
        yield objects
    sections = divide(probe.turns)
    if sections is None:
        return
    if (named := named_json(sections, probe.turns[0].prompt)) is not None:
        yield named
    shapes = (tagged(sections), pythonic(sections), bare_objects(sections))
    yield from (shape for shape in shapes if shape is not None)
