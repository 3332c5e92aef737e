"""Which status an error has, when to come back, and what the framework's own errors mean. Refuses to know any shape.

Shared by the dialects; each puts the words into its own body.
"""

from typing import Any

from litestar.exceptions import HTTPException

from flowgen.domain.errors import (
    ConstraintUnsatisfied,
    EngineFailed,
    FlowGenError,
    GenerationInterrupted,
    InvalidRequest,
    LoadInProgress,
    ModelFileNotFound,
    ModelNotLoaded,
    ModelUnavailable,
    OutOfMemory,
    QueueFull,
)

_STATUSES: dict[type[FlowGenError], int] = {
    InvalidRequest: 400,
    ModelFileNotFound: 404,
    ModelNotLoaded: 409,
    LoadInProgress: 409,
    ConstraintUnsatisfied: 422,
    QueueFull: 429,
    EngineFailed: 500,
    ModelUnavailable: 503,
    GenerationInterrupted: 503,
    OutOfMemory: 507,
}
INTERNAL = "Internal error; the server's log has the details."
RETRY_AFTER_S = 5
"""When to come back after an answer that was interrupted, in seconds: a model that is swapped takes about that."""


def status_of(error: FlowGenError) -> int:
    """The HTTP status of an error, by the nearest class that has one."""
    return next((_STATUSES[kind] for kind in type(error).__mro__ if kind in _STATUSES), 500)


def retry_headers(error: FlowGenError) -> dict[str, str]:
    """`Retry-After`, in seconds, for errors that pass by themselves."""
    if isinstance(error, ModelUnavailable | QueueFull):
        return {"Retry-After": str(error.retry_after)}
    return {"Retry-After": str(RETRY_AFTER_S)} if error.retryable else {}


def framework_text(error: HTTPException, method: str, path: str) -> str:
    """What the framework found wrong with a request, in a sentence; INTERNAL for its own faults."""
    match error.status_code:
        case 404:
            return f"There is nothing at {path}."
        case 405:
            return f"{method} is not allowed at {path}{_allowed_methods(error)}."
        case 413:
            return "The request's body is too large."
        case status if status >= 500:
            return INTERNAL
        case _:
            return error.detail


def _allowed_methods(error: HTTPException) -> str:
    """What the path has in the place of a method that it does not have; HEAD goes wherever GET does."""
    listed = dict(error.headers or {}).get("allow", "").split(", ")
    methods = sorted(method for method in listed if method and method != "OPTIONS")
    methods += ["HEAD"] * ("GET" in methods)
    return f"; allowed: {', '.join(methods)}" if methods else ""


def framework_headers(error: HTTPException) -> dict[str, Any]:
    """The headers that belong to it, such as `Allow`."""
    return dict(error.headers or {})
