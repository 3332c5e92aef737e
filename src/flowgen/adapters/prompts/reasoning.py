"""Finds a template's thinking. Knows the tags that models use; refuses to know how an answer is split by them."""

from flowgen.domain.prompts import ReasoningTags

KNOWN_TAGS = tuple(
    ReasoningTags(opening=opening, closing=closing, label=label[0] if label else "")
    for opening, closing, *label in (
        ("<think>", "</think>"),
        ("[THINK]", "[/THINK]"),
        ("<seed:think>", "</seed:think>"),
        ("<mm:think>", "</mm:think>"),
        ("<thinking>", "</thinking>"),
        ("<|START_THINKING|>", "<|END_THINKING|>"),
        ("<|inner_prefix|>", "<|inner_suffix|>"),
        ("<|channel>", "<channel|>", "thought"),
        ("<|open|>think<|sep|>", "<|close|>think<|sep|>"),
        ("<ifm|think>", "</ifm|think>"),
        ("<longcat_think>", "</longcat_think>"),
        ("<|think:start|>", "<|think:end|>"),
        ("Here are my reasoning steps:", "[BEGIN FINAL RESPONSE]"),
    )
)


def reasoning_tags(source: str) -> ReasoningTags | None:
    """The tags that a template's source writes or looks for, None for a template without thinking.

    The closing tag decides: templates that only cut thinking out of past turns name no opening one.
    """
    both = (tags for tags in KNOWN_TAGS if tags.opening in source and tags.closing in source)
    closing = (tags for tags in KNOWN_TAGS if tags.closing in source)
    return next(both, None) or next(closing, None)


def opened_tags(prompt: str) -> ReasoningTags | None:
    """The tags whose opening one a rendered prompt ends with: what is known of a template without a source."""
    return next((tags for tags in KNOWN_TAGS if prompt.rstrip().endswith(tags.opening)), None)


def is_left_open(tags: ReasoningTags | None, generation_prompt: str) -> bool:
    """Whether a generation prompt ends inside the thinking: its last tag is an opening one."""
    return tags is not None and generation_prompt.rfind(tags.opening) > generation_prompt.rfind(tags.closing)
