"""Errors of the native dialect: `{"error": "text"}` and its status. Knows the error tree; never shows a stack trace."""

import logging

from litestar.exceptions import HTTPException
from litestar.response import Response

from flowgen.domain.errors import (
    EngineFailed,
    FlowGenError,
    GenerationInterrupted,
    InvalidRequest,
    LoadInProgress,
    ModelFileNotFound,
    ModelNotLoaded,
    ModelUnavailable,
    OutOfMemory,
)
from flowgen.http.native.answer_wire import ErrorBody

log = logging.getLogger(__name__)

_STATUSES: dict[type[FlowGenError], int] = {
    InvalidRequest: 400,
    ModelFileNotFound: 404,
    ModelNotLoaded: 409,
    LoadInProgress: 409,
    EngineFailed: 500,
    ModelUnavailable: 503,
    GenerationInterrupted: 503,
    OutOfMemory: 507,
}
INTERNAL = "Internal error; the server's log has the details."


def status_of(error: FlowGenError) -> int:
    """The HTTP status of an error, by the nearest class that has one."""
    return next((_STATUSES[kind] for kind in type(error).__mro__ if kind in _STATUSES), 500)


def body_of(error: Exception) -> ErrorBody:
    """What the caller is told; what is not ours to tell is logged and stays here."""
    if isinstance(error, FlowGenError):
        return ErrorBody(error=str(error))
    log.error("unexpected %s", type(error).__name__, exc_info=error)
    return ErrorBody(error=INTERNAL)


def response_of(error: Exception, method: str, path: str) -> Response[ErrorBody]:
    """The response to any exception of a request."""
    if isinstance(error, HTTPException):
        return _framework_error(error, method, path)
    if not isinstance(error, FlowGenError):
        return Response(body_of(error), status_code=500)
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, ModelUnavailable) else {}
    return Response(body_of(error), status_code=status_of(error), headers=headers)


def _framework_error(error: HTTPException, method: str, path: str) -> Response[ErrorBody]:
    match error.status_code:
        case 404:
            text = f"There is nothing at {path}."
        case 405:
            text = f"{method} is not allowed at {path}."
        case 413:
            text = "The request's body is too large."
        case status if status >= 500:
            return Response(body_of(error), status_code=status)
        case _:
            text = error.detail
    return Response(ErrorBody(error=text), status_code=error.status_code, headers=dict(error.headers or {}))
