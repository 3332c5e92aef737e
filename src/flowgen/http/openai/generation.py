"""How an answer of /v1 is generated: wire -> domain, for chats and texts alike. Pure; the defaults are the dialect's
own, not those that /load gave to /chat.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from flowgen.application.loaded_model import LoadedModel
from flowgen.domain.chat import ChatRequest
from flowgen.domain.errors import ConflictingFields, InvalidField
from flowgen.domain.generation import Sampling
from flowgen.domain.option_table import Option, table
from flowgen.domain.values import JsonObject
from flowgen.http.chat_fields import stop_texts
from flowgen.http.openai.biases import biases
from flowgen.http.openai.bindings import Binding
from flowgen.http.openai.fields import Refusals
from flowgen.http.openai.sampling_wire import GenerationFields, StreamOptions
from flowgen.http.reading import read

MAX_STOPS = 64
_STREAM_OPTIONS = table(StreamOptions)
_SAME = [name for name in Sampling.__struct_fields__ if name in GenerationFields.__struct_fields__]


def generated(body: GenerationFields, bound: Binding | None) -> ChatRequest:
    """How an answer is generated, whatever it answers; `settled` fills in what the model has a say in. Raises
    InvalidField and ConflictingFields."""
    biased = biases(body.logit_bias, "logit_bias")
    same = {name: getattr(body, name) for name in _SAME if name not in ("logit_bias", "dry_sequence_breakers")}
    same["repeat_penalty"] = _repeat_penalty(body)
    sampling = Sampling(
        **same,
        mirostat_mode=body.mirostat,
        dry_sequence_breakers=tuple(body.dry_sequence_breakers),
        logit_bias=biased.by_token,
    )
    return ChatRequest(
        messages=(),
        constraint=bound.constraint if bound else None,
        constraint_field=bound.path if bound else "response_format",
        sampling=sampling,
        stop=_stops(body),
        text_biases=biased.by_text,
        ignore_eos=body.ignore_eos,
        reuses_prefix=body.cache_prompt,
    )


def _repeat_penalty(body: GenerationFields) -> float:
    """By either of its names; 1 is off, and says nothing."""
    other = body.repetition_penalty
    if other is None:
        return body.repeat_penalty
    if body.repeat_penalty not in (1.0, other):
        raise ConflictingFields("repeat_penalty", "repetition_penalty", "they differ")
    return other


def settled(asked: Sampling, body: GenerationFields, model: LoadedModel) -> Sampling:
    """The sampling with this model: how far penalties look back was chosen when it was loaded, unless it is asked."""
    last_n = model.spec.options.last_n_tokens_size if body.repeat_last_n is None else body.repeat_last_n
    return replace(asked, penalty_last_n=last_n)


def _stops(body: GenerationFields) -> tuple[str, ...]:
    """The stop strings. Raises InvalidField for an empty one, and for too many."""
    texts = stop_texts(body.stop, "stop")
    if len(texts) > MAX_STOPS:
        raise InvalidField("stop", f"{len(texts)} texts", f"{MAX_STOPS} texts at most")
    return texts


def includes_usage(body: GenerationFields, unknown: list[str], refusals: Refusals) -> bool:
    """Whether a stream is to end with the counts."""
    asked = refusals.without_refused(_STREAM_OPTIONS, body.stream_options or {}, "stream_options")
    return read(StreamOptions, asked, "stream_options", unknown).include_usage


def asked_tokens(body: GenerationFields) -> dict[str, int | None]:
    """The most tokens that a body asks for, by the names that it may use."""
    names = ("max_tokens", "max_completion_tokens", "n_predict")
    return {name: getattr(body, name) for name in names}


def most_tokens(counts: Mapping[str, int | None], *, least: int = 1) -> int | None:
    """As many as asked for, under any name; None is as many as the context holds. Raises InvalidRequest."""
    given = {name: value for name, value in counts.items() if value is not None}
    for name, value in given.items():
        if -1 < value < least:
            raise InvalidField(name, value, f"an integer from {least}, or -1 for as many as the context holds")
    if len(set(given.values())) > 1:
        first, second = list(given)[:2]
        raise ConflictingFields(first, second, "they differ")
    most = next(iter(given.values()), -1)
    return most if most >= 0 else None


def check_ends(body: GenerationFields, bound: Binding | None, *, has_calls: bool) -> None:
    """Raise ConflictingFields for ways to end that do not go together."""
    if bound is not None and body.stop:
        raise ConflictingFields("stop", bound.field, "a document that is cut does not match its schema")
    if not body.ignore_eos:
        return
    if bound is not None:
        raise ConflictingFields("ignore_eos", bound.field, "a document has an end")
    if has_calls:
        raise ConflictingFields("ignore_eos", "tools", 'calls have an end, unless tool_choice is "none"')


def most_answers(model: LoadedModel) -> int:
    """As many answers as may run and wait at once."""
    options = model.spec.options
    return options.n_seq_max + (4 * options.n_seq_max if options.queue_size is None else options.queue_size)


def check_count(num_answers: int, count: int, model: LoadedModel) -> None:
    """Raise InvalidField for more answers than may ever run and wait at once."""
    most = most_answers(model)
    if num_answers > most:
        at_once = f"as many answers as may run and wait at once ({most}: options.n_seq_max and queue_size of /load)"
        raise InvalidField("n" if count > 1 else "prompt", f"{num_answers} answers", at_once)


def given(rows: Mapping[str, Option], raw: JsonObject, *names: str) -> list[Option]:
    """The rows of those fields that a body gives."""
    return [rows[name] for name in names if raw.get(name) is not None]
