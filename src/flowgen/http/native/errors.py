"""Errors of the native dialect: `{"error": "text"}` and its status. Never shows a stack trace."""

import logging

from litestar.exceptions import HTTPException
from litestar.response import Response

from flowgen.domain.errors import FlowGenError
from flowgen.http.native.answer_wire import ErrorBody
from flowgen.http.statuses import INTERNAL, framework_headers, framework_text, retry_headers, status_of

log = logging.getLogger(__name__)


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
    return Response(body_of(error), status_code=status_of(error), headers=retry_headers(error))


def _framework_error(error: HTTPException, method: str, path: str) -> Response[ErrorBody]:
    if error.status_code >= 500:
        return Response(body_of(error), status_code=error.status_code)
    body = ErrorBody(error=framework_text(error, method, path))
    return Response(body, status_code=error.status_code, headers=framework_headers(error))
