"""Every tool-call format that can be had: FlowGen's own and those of plugins, and what a template's is.

Imports llama.cpp only where a model file is asked about.
"""

import logging
import re
from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint
from pathlib import Path

from flowgen.adapters.catalog import PackagedModels
from flowgen.adapters.prompts.renderer_factory import by_file
from flowgen.adapters.toolcalls.declaration import DeclaredFormat
from flowgen.adapters.toolcalls.formats import builtin_formats
from flowgen.adapters.toolcalls.registry import FormatsByName
from flowgen.application.self_check import complaint
from flowgen.application.template_probe import probe_template
from flowgen.bootstrap.plugins import plugin_formats
from flowgen.domain.errors import InvalidField
from flowgen.domain.model import ModelFacts, ModelSpec
from flowgen.domain.ports import ToolCallFormat
from flowgen.domain.values import Value

BUILT_IN = "built in"
logger = logging.getLogger(__name__)


class FoundFormat(Value, frozen=True):
    """A format and where it came from: FlowGen itself, or a distribution with its version."""

    format: ToolCallFormat
    origin: str

    @property
    def models(self) -> str:
        """The models that write it, in words; empty where the format does not say."""
        return self.format.declaration.models if isinstance(self.format, DeclaredFormat) else ""

    @property
    def family(self) -> str:
        """The syntax family in words (`json objects`); "own" for a format without one, "no calls" where none are."""
        if not isinstance(self.format, DeclaredFormat):
            return "own"
        calls = self.format.declaration.calls
        return "no calls" if calls is None else re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(calls).__name__).lower()


class Detected(Value, frozen=True):
    """What a template's format is, None where none is found; `warning` where the self-check fails."""

    name: str | None
    reason: str
    warning: str | None = None


def found_formats(
    found: Iterable[EntryPoint] | None = None, environment: Mapping[str, str] | None = None
) -> list[FoundFormat]:
    """Every format by name. A plugin cannot take the name of one of FlowGen's own."""
    own = {format.name: FoundFormat(format=format, origin=BUILT_IN) for format in _own()}
    for format, origin in plugin_formats(found, environment):
        if format.name in own:
            logger.warning("Tool-call format %r of %s is ignored: %s", format.name, origin, own[format.name].origin)
        else:
            own[format.name] = FoundFormat(format=format, origin=origin)
    return [own[name] for name in sorted(own)]


def _own() -> list[ToolCallFormat]:
    return list(builtin_formats())


def make_formats() -> FormatsByName:
    """The registry of all formats."""
    return FormatsByName(entry.format for entry in found_formats())


def detect(path: str, formats: FormatsByName) -> Detected:
    """Say which format a template's file, a GGUF file or an embedded model's name calls for. Raises InvalidField for a
    path that cannot be read, and what reading a template or a model file raises."""
    facts = _facts(path)
    renderer = by_file(facts)
    probe = probe_template(renderer, frozenset(facts.control_tokens))
    claim = formats.detect(probe)
    if claim is None:
        return Detected(name=None, reason="no known format matches the template")
    return Detected(name=claim[0].name, reason=claim[1].reason, warning=complaint(claim[0], probe, renderer))


def _facts(name: str) -> ModelFacts:
    path = PackagedModels().model_file(name) or name
    try:
        with open(path, "rb") as file:
            is_model = file.read(4) == b"GGUF"
        if is_model:
            return _model_facts(path)
        return _template_facts(Path(path).stem, Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidField("path", path, f"a chat template in UTF-8 or a GGUF file ({error})") from None


def _template_facts(name: str, source: str) -> ModelFacts:
    return ModelFacts(
        path="", name=name, architecture="", num_parameters=0, size=0, n_ctx_train=0, templates={"default": source}
    )


def _model_facts(path: str) -> ModelFacts:
    from flowgen.adapters.llama import model_files

    model_files.check_file(path)
    spec = ModelSpec(name=Path(path).stem, path=path)
    model = model_files.open_vocabulary(path, spec.options)
    try:
        return model_files.read_facts(spec, model)
    finally:
        model.close()
