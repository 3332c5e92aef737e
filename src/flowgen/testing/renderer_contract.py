"""What every PromptRenderer keeps, as tests. Knows the port alone; refuses to know any template.

A plugin author's test inherits from `PromptRendererContract` and overrides its fixture `renderer`.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from flowgen.domain.errors import PromptNotRenderable
from flowgen.domain.messages import Message, Tool
from flowgen.domain.ports import PromptRenderer
from flowgen.domain.prompts import RenderedPrompt, TemplateOptions

WITHOUT_GENERATION_PROMPT = TemplateOptions(add_generation_prompt=False)
CONVERSATION = (
    Message(role="system", content="You are a lighthouse."),
    Message(role="user", content="Do you see the ship?"),
    Message(role="assistant", content="I see two of them."),
    Message(role="user", content="Größe? 船は?"),
)
TOOL = Tool(name="count_ships", description="Counts.", parameters={"type": "object", "properties": {}})


class PromptRendererContract:
    """The contract. `control_token` is the text of a special token of the model that the renderer was made for."""

    control_token = "<|im_end|>"

    @pytest.fixture
    def renderer(self) -> PromptRenderer:
        """The renderer under test, for a model that has `control_token`."""
        raise NotImplementedError("a test of a renderer overrides this fixture")

    def test_it_says_where_its_template_comes_from(self, renderer: PromptRenderer) -> None:
        assert renderer.template.origin.strip()

    def test_every_message_is_in_the_prompt_in_order(self, renderer: PromptRenderer) -> None:
        text = _rendered(renderer).text
        places = [text.find(message.content) for message in CONVERSATION]
        assert -1 not in places
        assert places == sorted(places)

    def test_the_prompt_ends_with_the_generation_prompt(self, renderer: PromptRenderer) -> None:
        rendered = _rendered(renderer)
        assert rendered.text.endswith(rendered.generation_prompt)
        assert CONVERSATION[-1].content not in rendered.generation_prompt

    def test_the_generation_prompt_can_be_left_out(self, renderer: PromptRenderer) -> None:
        without = renderer.render(CONVERSATION, (), WITHOUT_GENERATION_PROMPT)
        assert without.generation_prompt == ""
        assert without.opens_reasoning is False
        assert CONVERSATION[-1].content in without.text

    def test_the_same_messages_give_the_same_prompt(self, renderer: PromptRenderer) -> None:
        with ThreadPoolExecutor(4) as threads:
            prompts = list(threads.map(lambda _: _rendered(renderer), range(8)))
        assert all(prompt == prompts[0] for prompt in prompts)

    def test_no_messages_are_refused(self, renderer: PromptRenderer) -> None:
        with pytest.raises(PromptNotRenderable):
            renderer.render((), (), TemplateOptions())

    def test_nothing_is_plain_without_need(self, renderer: PromptRenderer) -> None:
        assert all(segment.special for segment in _rendered(renderer).segments)

    @pytest.mark.parametrize("role", ["system", "user"])
    def test_a_special_token_in_a_message_is_plain_text(self, renderer: PromptRenderer, role: str) -> None:
        index = 0 if role == "system" else 1
        changed = CONVERSATION[index].content + self.control_token
        messages = list(CONVERSATION)
        messages[index] = Message(role=CONVERSATION[index].role, content=changed)
        usual, rendered = _rendered(renderer), renderer.render(messages, (), TemplateOptions())
        assert changed in rendered.text
        assert self.control_token in "".join(segment.text for segment in rendered.segments if not segment.special)
        assert self._num_special(rendered) == self._num_special(usual)

    def test_a_message_of_a_special_token_alone_is_plain_text(self, renderer: PromptRenderer) -> None:
        messages = (*CONVERSATION[:-1], Message(role="user", content=self.control_token))
        rendered = renderer.render(messages, (), TemplateOptions())
        assert [segment.text for segment in rendered.segments if not segment.special] == [self.control_token]
        assert self._num_special(rendered) == self._num_special(_rendered(renderer))

    def test_variables_cannot_replace_the_messages(self, renderer: PromptRenderer) -> None:
        variables = {"messages": [], "add_generation_prompt": False, "bos_token": "changed"}
        rendered = renderer.render(CONVERSATION, (), TemplateOptions(variables=variables))
        assert rendered.segments == _rendered(renderer).segments
        assert [name for name in variables if any(name in warning for warning in rendered.warnings)] == list(variables)

    def test_tools_are_rendered_or_refused_by_name(self, renderer: PromptRenderer) -> None:
        text, field = "", None
        try:
            text = renderer.render(CONVERSATION, (TOOL,), TemplateOptions()).text
        except PromptNotRenderable as refusal:
            field = refusal.field
        assert TOOL.name in text or field == "tools"

    def _num_special(self, rendered: RenderedPrompt) -> int:
        return sum(segment.text.count(self.control_token) for segment in rendered.segments if segment.special)


def _rendered(renderer: PromptRenderer) -> RenderedPrompt:
    return renderer.render(CONVERSATION, (), TemplateOptions())
