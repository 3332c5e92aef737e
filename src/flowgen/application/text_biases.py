"""Biases of texts become those of their tokens, which the model's tokenizer tells. Refuses to know scores."""

from msgspec.structs import replace

from flowgen.domain.chat import ChatRequest
from flowgen.domain.ports import ModelRuntime


async def with_text_biases(request: ChatRequest, runtime: ModelRuntime) -> ChatRequest:
    """The request with a bias for each token of its texts; of a token named twice the last. Texts of special tokens are
    letters."""
    if not request.text_biases:
        return request
    biases = dict(request.sampling.logit_bias)
    for text, bias in request.text_biases:
        biases |= dict.fromkeys(await runtime.tokenize(text, special=False), bias)
    return replace(request, sampling=replace(request.sampling, logit_bias=biases), text_biases=())
