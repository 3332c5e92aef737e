"""Signs of templates: what they ask for, what forbids them, and how strong they are."""

import pytest

from flowgen.adapters.toolcalls.detection import Sign, claim
from flowgen.domain.toolcalls import TemplateProbe

PROBE = TemplateProbe(
    source="{{ '<call>\\n{\\\"name\\\": ' }}",
    rendered="<do>f</do>",
    rendered_tools="Use <do>.",
    control_tokens=frozenset({"<do>", "</do>"}),
)


@pytest.mark.parametrize(
    ("sign", "holds"),
    [
        (Sign(texts=("<call>",)), True),
        (Sign(texts=("<call>", "<do>")), True),
        (Sign(texts=("<call>", "<other>")), False),
        (Sign(texts=("<call>",), without=("<do>",)), False),
        (Sign(patterns=(r'<call>\s*\{\s*"name"',)), True),
        (Sign(patterns=(r"<do>\s*\{",)), False),
        (Sign(tokens=("<do>", "</do>")), True),
        (Sign(tokens=("<do>", "<call>")), False),
        (Sign(texts=("<call>",), tokens=("<call>",)), False),
    ],
)
def test_a_sign_holds_where_all_that_it_asks_for_is_found(sign: Sign, holds: bool) -> None:
    assert (claim([sign], PROBE) is not None) == holds


def test_the_more_a_sign_asks_for_the_stronger_it_is() -> None:
    vocabulary, text, more = Sign(tokens=("<do>", "</do>")), Sign(texts=("<do>",)), Sign(texts=("<do>", "<call>"))
    ranks = [match.rank for sign in (vocabulary, text, more) if (match := claim([sign], PROBE)) is not None]
    assert ranks == sorted(set(ranks))
    strongest = claim([vocabulary, more, text], PROBE)
    assert strongest is not None
    assert strongest.rank == ranks[-1]
    assert strongest.reason == "the template has '<do>' and '<call>'"


def test_the_reason_names_what_was_seen() -> None:
    match = claim([Sign(texts=("<do>",), patterns=("Use .{4}",), tokens=("</do>",))], PROBE)
    assert match is not None
    assert match.reason == "the template has '<do>' and 'Use <do>', and the vocabulary has '</do>'"
    assert claim([], PROBE) is None
