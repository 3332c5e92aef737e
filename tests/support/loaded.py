"""A loaded model for tests of mappings: what it can do is up to the test, what it says nobody asks."""

from collections.abc import Sequence
from typing import Any

import msgspec

from flowgen.adapters.toolcalls.formats.lfm2 import FORMAT as LFM2
from flowgen.application.loaded_model import Dialogue, LoadedModel
from flowgen.domain.messages import Message, Tool
from flowgen.domain.model import ModelSpec
from flowgen.domain.options import LoadOptions
from flowgen.domain.prompts import RenderedPrompt, TemplateInfo, TemplateOptions
from flowgen.testing.scripted_runtime import ScriptedRuntime, scripted_info


class SourceRenderer:
    """A renderer whose template has this source."""

    def __init__(self, source: str) -> None:
        self.template = TemplateInfo(origin="a test", source=source)

    def render(self, messages: Sequence[Message], tools: Sequence[Tool], options: TemplateOptions) -> RenderedPrompt:
        return RenderedPrompt(segments=())


def loaded_model(
    *,
    source: str = "",
    calls: bool = True,
    control: tuple[str, ...] = (),
    spec: ModelSpec | None = None,
    **options: Any,
) -> LoadedModel:
    """A model whose template has `source`, with a format of `calls` or without."""
    info = scripted_info(control_tokens=control)
    dialogue = Dialogue(
        renderer=SourceRenderer(source),
        format=LFM2 if calls else None,
        format_reason="a test" if calls else "no known format matches the model's template",
        renders_tools=calls,
        renders_calls=calls,
    )
    chosen = spec or ModelSpec(name="tiny", path="/models/tiny.gguf")
    if options:
        chosen = msgspec.structs.replace(chosen, options=LoadOptions(**options))
    return LoadedModel(spec=chosen, runtime=ScriptedRuntime(info=info), dialogue=dialogue)
