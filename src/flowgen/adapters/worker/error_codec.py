"""Errors as values: they leave a process as what they are and arrive as it. Knows the whole tree of errors."""

from typing import Any

from flowgen.adapters.worker.codec import NotEncodable, encode
from flowgen.adapters.worker.messages import WireError
from flowgen.domain import errors
from flowgen.domain.errors import FlowGenError


def error_to_wire(error: FlowGenError) -> WireError:
    """Class and attributes. A subclass of a plugin's own travels as the nearest class that FlowGen has."""
    kind = next(kind for kind in type(error).__mro__ if _is_known(kind))
    own = {"code": error.code, "retryable": error.retryable} if kind is not type(error) else {}
    return WireError(
        kind=kind.__name__, attributes={name: _plain(value) for name, value in (own | vars(error)).items()}
    )


def error_from_wire(wire: WireError) -> FlowGenError:
    """The error, as if it had been raised here: constructors are not called, for each has its own arguments."""
    kind = getattr(errors, wire.kind)
    error: FlowGenError = kind.__new__(kind)
    Exception.__init__(error, wire.attributes.get("message", ""))
    vars(error).update(wire.attributes)
    return error


def _is_known(kind: type) -> bool:
    return issubclass(kind, FlowGenError) and getattr(errors, kind.__name__, None) is kind


def _plain(value: Any) -> Any:
    """The value, or its look where it cannot cross."""
    try:
        encode(value)
    except (TypeError, NotEncodable):
        return repr(value)
    return value
