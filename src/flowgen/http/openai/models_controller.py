"""OpenAI's endpoints of models and vectors: decode, map, ask the application, answer."""

from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from flowgen.application.lifecycle import ModelHost
from flowgen.application.texts import TextService
from flowgen.domain.errors import ContextOverflow
from flowgen.http.bodies import HttpRequest, read_body
from flowgen.http.departure import while_connected
from flowgen.http.event_stream import StreamSettings
from flowgen.http.openai.errors import UnknownModel
from flowgen.http.openai.models import embedding_list, model_list
from flowgen.http.openai.openapi import EMBEDDING_RESPONSES, MODEL_RESPONSES, EmbeddingOperation
from flowgen.http.openai.text_answer_wire import EmbeddingList, ModelBody, ModelList
from flowgen.http.openai.text_mapping import AskedEmbedding, read_embedding


class OpenAIModelsController(Controller):
    """OpenAI's API: models and vectors."""

    tags = ["openai"]
    path = "/v1"

    @get("/models")
    async def models(self, host: NamedDependency[ModelHost]) -> ModelList:
        """List the models that answer: the one that is loaded, or none."""
        return model_list(host.snapshot())

    @get("/models/{model_id:path}", responses=MODEL_RESPONSES)
    async def model(self, model_id: FromPath[str], host: NamedDependency[ModelHost]) -> ModelBody:
        """Describe the model of this name."""
        name = model_id.removeprefix("/")
        found = next((model for model in model_list(host.snapshot()).data if model.id == name), None)
        if found is None:
            raise UnknownModel(name)
        return found

    @post("/embeddings", status_code=200, operation_class=EmbeddingOperation, responses=EMBEDDING_RESPONSES)
    async def embeddings(
        self, request: HttpRequest, texts: NamedDependency[TextService], settings: NamedDependency[StreamSettings]
    ) -> Response[Any]:
        """Give a vector of length 1 for each input."""
        asked = await read_body(request, lambda raw: read_embedding(raw, is_lenient=settings.is_lenient))
        return Response(await while_connected(request.receive, _embedded(texts, asked)), status_code=200)


async def _embedded(texts: TextService, asked: AskedEmbedding) -> EmbeddingList:
    try:
        found = await texts.embed(asked.inputs)
    except ContextOverflow as error:
        error.field = "input"
        raise
    return embedding_list(found, asked)
