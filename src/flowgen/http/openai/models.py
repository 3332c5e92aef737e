"""Models and vectors: domain -> wire. Pure."""

import base64
import math
from collections.abc import Sequence
from struct import pack

from msgspec import UNSET

from flowgen.application.lifecycle import HostSnapshot
from flowgen.application.texts import NamedEmbeddings
from flowgen.domain.errors import InvalidField
from flowgen.http.openai.text_answer_wire import (
    EmbeddingItem,
    EmbeddingList,
    EmbeddingUsage,
    ModelBody,
    ModelList,
    ModelMeta,
)
from flowgen.http.openai.text_mapping import AskedEmbedding


def model_list(snapshot: HostSnapshot) -> ModelList:
    """The model that answers, if there is one."""
    model, report = snapshot.model, snapshot.report
    if model is None or report is None:
        return ModelList(data=[])
    facts = model.info.facts
    meta = ModelMeta(
        n_vocab=model.info.n_vocab,
        n_ctx=model.info.n_ctx,
        n_ctx_train=facts.n_ctx_train,
        n_params=facts.num_parameters,
        size=facts.size,
    )
    return ModelList(data=[ModelBody(id=report.name, created=report.loaded_at, meta=meta)])


def embedding_list(found: NamedEmbeddings, asked: AskedEmbedding) -> EmbeddingList:
    """The vectors as they were asked for. Raises InvalidField for more dimensions than there are."""
    vectors = found.embeddings.vectors
    size = min(map(len, vectors))
    count = asked.body.dimensions
    if count is not None and count > size:
        raise InvalidField("dimensions", count, f"an integer from 1 to {size}, which is what the model gives")
    is_text = asked.body.encoding_format == "base64"
    data = []
    for index, vector in enumerate(vectors):
        numbers = _normal(vector[:count])
        data.append(EmbeddingItem(index=index, embedding=_base64(numbers) if is_text else numbers))
    num_tokens = found.embeddings.num_tokens
    return EmbeddingList(
        data=data,
        model=found.model,
        usage=EmbeddingUsage(prompt_tokens=num_tokens, total_tokens=num_tokens),
        warnings=list(asked.warnings) or UNSET,
    )


def _normal(vector: Sequence[float]) -> list[float]:
    """At length 1; a vector of zeros stays one."""
    length = math.sqrt(sum(number * number for number in vector))
    return [number / length for number in vector] if length else list(vector)


def _base64(numbers: Sequence[float]) -> str:
    return base64.b64encode(pack(f"<{len(numbers)}f", *numbers)).decode()
