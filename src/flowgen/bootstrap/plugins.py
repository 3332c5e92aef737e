"""Finds plugins by entry points. Knows distributions, the allow-list and broken imports; not what plugins do.

`FLOWGEN_PLUGINS` is the allow-list: names of distributions, separated by commas; unset allows all. The built-ins of the
distribution `flowgen` always load, and no other distribution can take their names.
"""

import inspect
import logging
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, TypeVar

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.domain.errors import InvalidField, UnknownPlugin
from flowgen.domain.plugins import PluginCall
from flowgen.domain.ports import ToolCallFormat

ALLOW_LIST = "FLOWGEN_PLUGINS"
BUILT_IN = "flowgen"
FORMATS = "flowgen.tool_call_formats"
_MEMBERS = ("name", "match", "markup", "grammar", "parser", "write")

T = TypeVar("T")
logger = logging.getLogger(__name__)


class EntryPointRegistry(Generic[T]):
    """PluginRegistry over one entry-point group. Plugins are imported when they are first asked for.

    `found` replaces what is installed and `environment` the process's own, both for tests.
    """

    def __init__(
        self, group: str, found: Iterable[EntryPoint] | None = None, environment: Mapping[str, str] | None = None
    ) -> None:
        self._entry_points = discover(group, found, environment)
        self._factories: dict[str, Callable[..., T]] = {}

    def names(self) -> Sequence[str]:
        """The names that can be asked for, sorted; those whose import has failed are left out."""
        return sorted(self._entry_points)

    def make(self, call: PluginCall, field: str) -> T:
        """Make an instance. Raises UnknownPlugin (lists the names) and InvalidField (the factory's sentence)."""
        factory = self._factory(call.name)
        if factory is None:
            raise UnknownPlugin(field, call.name, self.names())
        try:
            inspect.signature(factory).bind(**call.parameters)  # its sentences name no Python function
            return factory(**call.parameters)
        except (TypeError, ValueError) as error:
            raise InvalidField(field, _shown(call), f"what {call.name} takes ({str(error).rstrip('.')})") from error

    def _factory(self, name: str) -> Callable[..., T] | None:
        if name in self._entry_points and name not in self._factories:
            loaded = load(self._entry_points[name])
            if loaded is None:
                del self._entry_points[name]
            else:
                self._factories[name] = loaded
        return self._factories.get(name)


def plugin_formats(
    found: Iterable[EntryPoint] | None = None, environment: Mapping[str, str] | None = None
) -> list[tuple[ToolCallFormat, str]]:
    """The formats of installed plugins, each with its origin; a broken one is logged and skipped. FlowGen's own are
    found by their folder, not here."""
    points = (point for point in discover(FORMATS, found, environment).values() if _distribution(point) != BUILT_IN)
    made = ((_format(point), origin(point)) for point in points)
    return [(instance, where) for instance, where in made if instance is not None]


def discover(
    group: str, found: Iterable[EntryPoint] | None = None, environment: Mapping[str, str] | None = None
) -> dict[str, EntryPoint]:
    """The entry points of a group by name, those of FlowGen first; nothing is imported."""
    allowed = _allowed(os.environ if environment is None else environment)
    candidates = entry_points(group=group) if found is None else [point for point in found if point.group == group]
    chosen: dict[str, EntryPoint] = {}
    for candidate in sorted(candidates, key=_precedence):
        if allowed is not None and _distribution(candidate) not in allowed:
            logger.debug("%s leaves out plugin %s of %s", ALLOW_LIST, candidate.name, origin(candidate))
        elif candidate.name in chosen:
            _log_duplicate(candidate, chosen[candidate.name])
        else:
            chosen[candidate.name] = candidate
    return chosen


def load(entry_point: EntryPoint) -> Callable[..., Any] | None:
    """Import a plugin; None, and a log line with distribution and version, where that fails."""
    loaded = _imported(entry_point)
    if loaded is not None and not callable(loaded):
        logger.error("Plugin %r of %s is skipped: it is not callable", entry_point.name, origin(entry_point))
        return None
    return loaded  # type: ignore[no-any-return]  # entry points are untyped


def _imported(entry_point: EntryPoint) -> Any:
    try:
        return entry_point.load()
    except Exception:  # a plugin's import may raise anything, and must not take the server down
        logger.exception("Plugin %r of %s is skipped: its import failed", entry_point.name, origin(entry_point))
        return None


def origin(entry_point: EntryPoint) -> str:
    """The distribution and version that an entry point comes from, in words."""
    return f"{entry_point.dist.name} {entry_point.dist.version}" if entry_point.dist else "an unknown distribution"


def _format(entry_point: EntryPoint) -> ToolCallFormat | None:
    """What an entry point names is a declaration, a format, or what makes one."""
    loaded = _imported(entry_point)
    try:
        made = loaded() if isinstance(loaded, type) or inspect.isroutine(loaded) else loaded
        return DeclaredFormat(made) if isinstance(made, Declaration) else _checked(entry_point, made)
    except Exception:  # a border: a plugin's constructor may raise anything
        logger.exception("Plugin %r of %s is skipped: it cannot be made", entry_point.name, origin(entry_point))
        return None


def _checked(entry_point: EntryPoint, made: Any) -> ToolCallFormat | None:
    if made is None:
        return None  # its import failed, which was logged
    lacking = [name for name in _MEMBERS if not hasattr(made, name)]
    if lacking:
        message = "Plugin %r of %s is skipped: it is no tool-call format, %s is missing"
        logger.error(message, entry_point.name, origin(entry_point), ", ".join(lacking))
        return None
    return made  # type: ignore[no-any-return]  # entry points are untyped


def _allowed(environment: Mapping[str, str]) -> frozenset[str] | None:
    listed = environment.get(ALLOW_LIST)
    if listed is None:
        return None
    return frozenset(_normalized(name) for name in listed.split(",")) | {BUILT_IN}


def _precedence(entry_point: EntryPoint) -> tuple[bool, str]:
    return (_distribution(entry_point) != BUILT_IN, _distribution(entry_point))


def _distribution(entry_point: EntryPoint) -> str:
    return _normalized(entry_point.dist.name) if entry_point.dist else ""


def _normalized(name: str) -> str:
    """A distribution's name in the form that compares (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


def _log_duplicate(ignored: EntryPoint, kept: EntryPoint) -> None:
    if (ignored.value, _distribution(ignored)) != (kept.value, _distribution(kept)):
        logger.warning("Plugin %r of %s is ignored: %s has one", ignored.name, origin(ignored), origin(kept))


def _shown(call: PluginCall) -> dict[str, Any]:
    """What the request said; objects that the server adds to the parameters are left out."""
    plain = (str, int, float, bool, list, dict, type(None))
    return {"name": call.name} | {key: value for key, value in call.parameters.items() if isinstance(value, plain)}
