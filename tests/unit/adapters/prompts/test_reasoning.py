"""Which templates think, and which prompts leave the thinking open."""

import pytest

from flowgen.adapters.prompts.reasoning import KNOWN_TAGS, is_left_open, reasoning_tags
from flowgen.domain.prompts import ReasoningTags

THINK = ReasoningTags()


@pytest.mark.parametrize("tags", KNOWN_TAGS)
def test_tags_are_found_in_a_source(tags: ReasoningTags) -> None:
    assert reasoning_tags(f"{{{{ '{tags.opening}' + message.reasoning + '{tags.closing}' }}}}") == tags


def test_a_template_that_only_cuts_thinking_out_knows_it() -> None:
    assert reasoning_tags("{{ message.content.split('</think>')[-1] }}") == THINK


def test_other_templates_do_not_think() -> None:
    assert reasoning_tags("{{ messages }} <think> harder") is None
    assert reasoning_tags("") is None


@pytest.mark.parametrize(
    ("generation_prompt", "is_open"),
    [
        ("<|im_start|>assistant\n", False),
        ("<|im_start|>assistant\n<think>\n", True),
        ("<|im_start|>assistant\n<think>", True),
        ("<|im_start|>assistant\n<think>\n\n</think>\n\n", False),
        ("<|assistant|></think>", False),
        ("<think>old</think><think>\nLet me see", True),
        ("", False),
    ],
)
def test_the_last_tag_decides(generation_prompt: str, is_open: bool) -> None:
    assert is_left_open(THINK, generation_prompt) is is_open
    assert is_left_open(None, generation_prompt) is False
