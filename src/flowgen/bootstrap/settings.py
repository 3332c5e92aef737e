"""What the environment says. Knows names of variables; refuses to know what the values are used for."""

import os
from collections.abc import Mapping
from typing import Literal

from flowgen.domain.errors import InvalidField
from flowgen.domain.values import Value

EngineKind = Literal["worker", "inline"]
Compat = Literal["strict", "lenient"]


class Settings(Value, frozen=True):
    """FLOWGEN_DRAIN_SECONDS: how long answers under way may go on when a model without `drain_seconds` is taken away.
    FLOWGEN_SWAP_SECONDS: how long a chat waits for a model that is being loaded. FLOWGEN_ENGINE: `worker` for an engine
    in a process of its own, `inline` for one in the server's. FLOWGEN_COMPAT: `strict` refuses known fields of /v1 that
    cannot be done, `lenient` ignores them with a warning, for clients that cannot be changed. `host` and `port` are
    those bound."""

    host: str = "127.0.0.1"
    port: int = 8001
    drain_s: float = 30.0
    swap_s: float = 30.0
    engine: EngineKind = "worker"
    compat: Compat = "strict"


def read_settings(host: str, port: int, environment: Mapping[str, str] | None = None) -> Settings:
    """Read the environment once, when asked. Raises InvalidField that names the variable."""
    variables = os.environ if environment is None else environment
    return Settings(
        host=host,
        port=port,
        drain_s=_seconds(variables, "FLOWGEN_DRAIN_SECONDS", 30.0),
        swap_s=_seconds(variables, "FLOWGEN_SWAP_SECONDS", 30.0),
        engine=_engine(variables),
        compat=_compat(variables),
    )


def _engine(variables: Mapping[str, str]) -> EngineKind:
    match variables.get("FLOWGEN_ENGINE", ""):
        case "" | "worker":
            return "worker"
        case "inline":
            return "inline"
        case other:
            raise InvalidField("FLOWGEN_ENGINE", other, "worker or inline")


def _compat(variables: Mapping[str, str]) -> Compat:
    match variables.get("FLOWGEN_COMPAT", ""):
        case "" | "strict":
            return "strict"
        case "lenient":
            return "lenient"
        case other:
            raise InvalidField("FLOWGEN_COMPAT", other, "strict or lenient")


def _seconds(variables: Mapping[str, str], name: str, default: float) -> float:
    text = variables.get(name, "")
    if not text:
        return default
    try:
        seconds = float(text)
    except ValueError:
        raise InvalidField(name, text, "a number of seconds from 0") from None
    if not 0 <= seconds < float("inf"):
        raise InvalidField(name, text, "a number of seconds from 0")
    return seconds
