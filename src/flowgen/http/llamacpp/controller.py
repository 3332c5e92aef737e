"""llama.cpp's server's endpoints of tokens and templates: decode, ask the application, answer."""

from typing import Any

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.response import Response
from msgspec import UNSET

from flowgen.application.chat import ChatService
from flowgen.application.loaded_model import LoadedModel
from flowgen.application.texts import TextService
from flowgen.domain.chat import ChatRequest
from flowgen.http.bodies import HttpRequest, read_body
from flowgen.http.event_stream import StreamSettings
from flowgen.http.llamacpp.openapi import (
    CONTENT_RESPONSES,
    PROMPT_RESPONSES,
    TOKENS_RESPONSES,
    DetokenizeOperation,
    TemplateOperation,
    TokenizeOperation,
)
from flowgen.http.llamacpp.wire import ContentBody, DetokenizeBody, PromptBody, TokenizeBody, TokenPiece, TokensBody
from flowgen.http.openai.mapping import read_completion, settle
from flowgen.http.reading import ignored, read


class LlamaCppController(Controller):
    """What the model reads."""

    tags = ["tokens"]

    @post("/tokenize", status_code=200, operation_class=TokenizeOperation, responses=TOKENS_RESPONSES)
    async def tokenize(self, request: HttpRequest, texts: NamedDependency[TextService]) -> Response[Any]:
        """Give the tokens of a text."""
        unknown: list[str] = []
        body = await read_body(request, lambda raw: read(TokenizeBody, raw, "", unknown))
        warnings = [*ignored(unknown)] or UNSET
        parts = [body.content] if isinstance(body.content, str) else body.content
        tokens = await texts.tokenize(parts, special=body.parse_special, add_special=body.add_special)
        if not body.with_pieces:
            return Response(TokensBody(tokens=[*tokens], warnings=warnings), status_code=200)
        pieces = await texts.pieces(tokens)
        told = [TokenPiece(id=token, piece=_piece(data)) for token, data in zip(tokens, pieces, strict=True)]
        return Response(TokensBody(tokens=[*told], warnings=warnings), status_code=200)

    @post("/detokenize", status_code=200, operation_class=DetokenizeOperation, responses=CONTENT_RESPONSES)
    async def detokenize(self, request: HttpRequest, texts: NamedDependency[TextService]) -> Response[Any]:
        """Give the text of tokens."""
        unknown: list[str] = []
        body = await read_body(request, lambda raw: read(DetokenizeBody, raw, "", unknown))
        data = await texts.detokenize(body.tokens)
        told = ContentBody(content=data.decode(errors="replace"), warnings=[*ignored(unknown)] or UNSET)
        return Response(told, status_code=200)

    @post("/apply-template", status_code=200, operation_class=TemplateOperation, responses=PROMPT_RESPONSES)
    async def apply_template(
        self, request: HttpRequest, chat: NamedDependency[ChatService], settings: NamedDependency[StreamSettings]
    ) -> Response[Any]:
        """Give the prompt that a body of /v1/chat/completions becomes; it may leave the answer's beginning out."""
        asked = await read_body(
            request, lambda raw: read_completion(raw, is_lenient=settings.is_lenient, is_answered=False)
        )
        warnings: list[str] = []

        def make(model: LoadedModel) -> ChatRequest:
            settled = settle(asked, model)
            warnings[:] = settled.warnings
            return settled.request

        prompt = await chat.render(make)
        told = PromptBody(prompt=prompt.text, warnings=[*warnings, *prompt.warnings] or UNSET)
        return Response(told, status_code=200)


def _piece(data: bytes) -> str | list[int]:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return list(data)
