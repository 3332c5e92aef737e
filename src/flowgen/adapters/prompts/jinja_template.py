"""A chat template in jinja, in a sandbox. Knows the environment that templates are written for: transformers' own, with
the same trimming, extensions, filters and globals, so that both give the same bytes. Refuses to know messages.

transformers itself is not imported: it takes seconds, and the server starts without it.
"""

import json
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from jinja2 import TemplateError
from jinja2.exceptions import SecurityError
from jinja2.ext import Extension, loopcontrols
from jinja2.nodes import CallBlock, Node
from jinja2.parser import Parser
from jinja2.runtime import Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

from flowgen.domain.errors import PromptNotRenderable
from flowgen.domain.values import JsonObject

REFUSED = "The chat template refused the messages"
T = TypeVar("T")
logger = logging.getLogger(__name__)


class JinjaTemplate:
    """A ChatTemplate. `specials` are variables such as `bos_token`. Raises PromptNotRenderable for a source that is
    no jinja."""

    def __init__(self, source: str, specials: JsonObject) -> None:
        self.source = source
        self._specials = specials
        compiled = in_own_words(lambda: _environment().from_string(source), "The chat template cannot be compiled")
        self._render: Callable[[JsonObject], str] = compiled.render

    def render(
        self,
        turns: Sequence[JsonObject],
        tools: Sequence[JsonObject] | None,
        variables: JsonObject,
        add_generation_prompt: bool,
    ) -> str:
        """Give the whole text. Raises PromptNotRenderable in the template's own words."""
        names = {
            **self._specials,
            **variables,
            "messages": list(turns),
            "tools": tools,
            "documents": variables.get("documents"),  # transformers gives it always: None, not undefined
            "add_generation_prompt": add_generation_prompt,
        }
        return in_own_words(lambda: self._render(names), REFUSED)


def in_own_words(render: Callable[[], T], beginning: str) -> T:
    """Do what a template asks for; whatever it raises becomes PromptNotRenderable, in its own words."""
    try:
        return render()
    except TemplateError as error:
        raise PromptNotRenderable(f"{beginning}: {error}", field="messages") from error
    except Exception as error:  # a template is a program from elsewhere: it may raise anything
        logger.info("A chat template failed: %r", error)
        raise PromptNotRenderable(f"{beginning}: {type(error).__name__}: {error}", field="messages") from error


class GenerationTag(Extension):
    """`{% generation %}` ... `{% endgeneration %}`: marks the model's own text for training; renders its body."""

    tags = {"generation"}

    def parse(self, parser: Parser) -> Node:
        """Make a call block of the body: like transformers', with a scope of its own."""
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller: Macro) -> str:
        return caller()


class TemplateDict:
    """`dict` for templates: calls and `fromkeys`, and no way to the class itself."""

    def __call__(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        return dict(*args, **kwargs)

    def fromkeys(self, *args: Any) -> dict[Any, Any]:
        return dict.fromkeys(*args)


class TemplateNamespace(Namespace):
    """`namespace` for templates, which refuses names that begin with an underscore."""

    def __init__(*args: Any, **kwargs: Any) -> None:  # no `self` by name: `namespace(self=...)` is allowed
        self, *given = args
        attributes = dict(*given, **kwargs)
        for name in attributes:
            _check_name(name)
        Namespace.__init__(self, attributes)

    def __setitem__(self, name: str, value: Any) -> None:
        _check_name(name)
        super().__setitem__(name, value)


def _check_name(name: object) -> None:
    if isinstance(name, str) and name.startswith("_"):
        raise SecurityError(f"a chat template cannot store {name!r} in a namespace: it begins with an underscore")


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[GenerationTag, loopcontrols]
    )
    environment.filters["tojson"] = _tojson
    environment.globals["raise_exception"] = _raise_exception
    environment.globals["strftime_now"] = _strftime_now
    environment.globals["dict"] = TemplateDict()
    environment.globals["namespace"] = TemplateNamespace
    return environment


def _tojson(
    x: Any,
    ensure_ascii: bool = False,
    indent: int | str | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    """JSON without jinja's escapes for HTML; the parameters are those that templates pass."""
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def _raise_exception(message: str) -> None:
    raise TemplateError(message)


def _strftime_now(format: str) -> str:
    return datetime.now().strftime(format)
