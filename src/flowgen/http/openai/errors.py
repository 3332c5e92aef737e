"""Errors of OpenAI's dialect: `{"error": {"message", "type", "param", "code"}}`. Never shows a stack trace.

Without a model the status is 404: OpenAI's clients send a request that met a 409 again, twice.
"""

import logging

from litestar.exceptions import HTTPException
from litestar.response import Response

from flowgen.domain.errors import FlowGenError, InvalidRequest, ModelNotLoaded
from flowgen.http.openai.answer_wire import ErrorBody, ErrorDetail
from flowgen.http.statuses import INTERNAL, framework_headers, framework_text, retry_headers, status_of

log = logging.getLogger(__name__)

_OPTIONS = "options."
_CODES = {403: "forbidden", 404: "unknown_url", 405: "method_not_allowed", 413: "request_too_large"}


class UnknownModel(InvalidRequest):
    """A model's name that is not the loaded one's."""

    code = "model_not_found"

    def __init__(self, name: str) -> None:
        super().__init__(f"No model {name!r} is loaded; GET /v1/models lists what is.", field="model")


def is_ours(path: str) -> bool:
    """Say whether a path is of this dialect."""
    return path == "/v1" or path.startswith("/v1/")


def code_of(error: FlowGenError) -> int:
    """The HTTP status of an error."""
    return 404 if isinstance(error, ModelNotLoaded | UnknownModel) else status_of(error)


def body_of(error: Exception) -> ErrorBody:
    """What the caller is told; what is not ours to tell is logged and stays here."""
    if isinstance(error, FlowGenError):
        return _told(error)
    log.error("unexpected %s", type(error).__name__, exc_info=error)
    return _body(INTERNAL, 500, code="internal_error")


def _told(error: FlowGenError) -> ErrorBody:
    """A chat's options have no `options.` before their names here."""
    message, field = str(error), error.field
    if field is not None and field.startswith(_OPTIONS):
        message, field = message.replace(field, field.removeprefix(_OPTIONS), 1), field.removeprefix(_OPTIONS)
    return _body(message, code_of(error), param=field, code=error.code)


def response_of(error: Exception, method: str, path: str) -> Response[ErrorBody]:
    """The response to any exception of a request."""
    if isinstance(error, HTTPException):
        return _framework_error(error, method, path)
    if not isinstance(error, FlowGenError):
        return Response(body_of(error), status_code=500)
    return Response(body_of(error), status_code=code_of(error), headers=retry_headers(error))


def refusal(reason: str) -> ErrorBody:
    """The body for a request that may not be made at all."""
    return _body(reason, 403, code=_CODES[403])


def _framework_error(error: HTTPException, method: str, path: str) -> Response[ErrorBody]:
    if error.status_code >= 500:
        return Response(body_of(error), status_code=error.status_code)
    body = _body(framework_text(error, method, path), error.status_code, code=_CODES.get(error.status_code))
    return Response(body, status_code=error.status_code, headers=framework_headers(error))


def _body(message: str, status: int, *, param: str | None = None, code: str | None = None) -> ErrorBody:
    kind = "rate_limit_error" if status == 429 else "server_error" if status >= 500 else "invalid_request_error"
    return ErrorBody(error=ErrorDetail(message=message, type=kind, param=param, code=code))
