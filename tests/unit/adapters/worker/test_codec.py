"""Values and errors cross the border as they are."""

import inspect
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowgen.adapters.worker.codec import Frames, NotEncodable, decode, encode, frame
from flowgen.adapters.worker.error_codec import error_from_wire, error_to_wire
from flowgen.adapters.worker.messages import Call, Command, Event, Load, Piece, Reply, Start, Told, WireError
from flowgen.domain import errors
from flowgen.domain.constraints import Choice, Gbnf, JsonSchema, Lark, LarkPart, Regex
from flowgen.domain.errors import FlowGenError, InvalidField
from flowgen.domain.generation import (
    Finish,
    GenerationRequest,
    PromptSegment,
    Sampling,
    SilentSpan,
    Timings,
    TokenAlternative,
    TokenChunk,
    TokenLogprob,
    Usage,
)
from flowgen.domain.model import (
    CacheStatus,
    Embeddings,
    EngineStatus,
    ModelFacts,
    ModelInfo,
    ModelSpec,
    SequenceStatus,
)
from flowgen.domain.options import LoadOptions
from flowgen.domain.plugins import PluginCall

BIG = 10**40
SCHEMA = {"type": "object", "properties": {"n": {"maximum": BIG, "minimum": -BIG}}, "enum": [None, True, 1.5, "é"]}
LARK = Lark(
    grammar="start: @a",
    parts={"a": LarkPart(constraint=JsonSchema(schema=SCHEMA), field="tools", pointer="/0")},
)
CONSTRAINTS = [
    JsonSchema(schema=True),
    Regex(pattern="a+"),
    Choice(options=("a", "b")),
    Gbnf(grammar="root ::= a"),
    LARK,
]


def request_of(**given: Any) -> GenerationRequest:
    return GenerationRequest(
        prompt=(PromptSegment(text="<|im_end|>", special=False),),
        sampling=Sampling(seed=-1, logit_bias={3: -100.0, 70000: float("inf")}),
        stop=("\0",),
        silent_spans=(SilentSpan(opening="<think>"),),
        logprobs=0,
        stopping_criteria=(PluginCall(name="max_time", parameters={"seconds": 5, "deep": {"big": [BIG]}}),),
        **given,
    )


@pytest.mark.parametrize("constraint", CONSTRAINTS, ids=lambda constraint: type(constraint).__name__)
def test_requests_cross_with_their_constraints(constraint: Any) -> None:
    command = Start(request=request_of(constraint=constraint))
    assert decode(encode(command), Command) == command  # type: ignore[arg-type]  # a union is no type


def test_specs_cross_with_all_kinds_of_options() -> None:
    options = LoadOptions(
        kv_overrides={"a": True, "b": 1, "c": 1.0, "d": "x"},
        tensor_split=[1, 0.5],
        tokenizer={"name": "huggingface", "path": "/m"},
        draft_model="prompt-lookup",
        numa=2,
        type_k=8,
        flash_attn=None,
    )
    spec = ModelSpec(name="m", path="/m", options=options, chat_defaults={"logit_bias": {"1": BIG}})
    crossed = decode(encode(Load(spec=spec)), Load).spec
    assert crossed == spec
    assert [type(value) for value in (crossed.options.kv_overrides or {}).values()] == [bool, int, float, str]


FACTS = ModelFacts(path="/m", name="m", architecture="lfm2", num_parameters=1, size=2**40, n_ctx_train=3)
VALUES = [
    FACTS,
    ModelInfo(facts=FACTS, n_ctx=4, n_vocab=5, effective={"n_ctx": 4, "type_k": "f16"}, warnings=("w",)),
    Embeddings(vectors=((0.5, -1.0), ()), num_tokens=3),
    EngineStatus(
        num_running=1,
        num_waiting=2,
        cache=CacheStatus(num_cells=3),
        sequences=(
            SequenceStatus(
                state="prefill",
                num_prompt_tokens=1,
                num_cached_tokens=2,
                num_computed_tokens=3,
                num_generated_tokens=4,
            ),
        ),
    ),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_what_is_known_crosses(value: Any) -> None:
    assert decode(encode(value), type(value)) == value


def test_events_cross_together() -> None:
    chosen = TokenAlternative(token=1, data=b"\xff", logprob=float("-inf"))
    finish = Finish(
        reason="stop",
        usage=Usage(prompt_tokens=1, completion_tokens=2),
        timings=Timings(queue_s=0.1, compile_s=0, prompt_s=0, generation_s=0),
        warnings=("w",),
    )
    chunk = TokenChunk(text="é", tokens=(1,), special=(1,), logprobs=(TokenLogprob(chosen=chosen),), finish=finish)
    events = [
        Piece(id=1, chunk=chunk),
        Reply(id=2, value=b"x"),
        Told(id=3, stage="weights", fraction=0.5),
    ]
    assert decode(encode(events), list[Event]) == events


@given(st.lists(st.binary(max_size=300)), st.data())
def test_frames_come_out_whole_however_they_are_cut(contents: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(map(frame, contents))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)))))
    frames = Frames()
    pieces = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert [whole for piece in pieces for whole in frames.feed(piece)] == contents


def test_what_cannot_cross_is_refused_in_words() -> None:
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(NotEncodable, match="nested too deeply"):
        encode(deep)
    with pytest.raises(NotEncodable, match="half a character"):
        encode(Call(id=1, command="\ud800"))  # type: ignore[arg-type]
    with pytest.raises(NotEncodable, match="nested too deeply"):
        encode(nested(BIG, 600))
    with pytest.raises(NotEncodable, match="key"):
        encode({BIG: 1})
    with pytest.raises(NotEncodable, match="digits"):
        encode([10**5000])


def nested(value: Any, depth: int) -> Any:
    for _ in range(depth):
        value = {"a": value}
    return value


def every_error() -> list[FlowGenError]:
    """An instance of each class, with something in every argument."""
    fillers: dict[str, Any] = {"known": ("b", "a"), "got": object(), "pointer": "/a", "retry_after": 7}
    made = []
    for kind in vars(errors).values():
        if not (isinstance(kind, type) and issubclass(kind, FlowGenError)):
            continue
        given = {
            name: fillers.get(name, 5 if parameter.annotation is int else f"the {name}")
            for name, parameter in inspect.signature(kind).parameters.items()
        }
        made.append(kind(**given))
    return made


@pytest.mark.parametrize("error", every_error(), ids=lambda error: type(error).__name__)
def test_every_error_crosses_as_itself(error: FlowGenError) -> None:
    crossed = error_from_wire(decode(encode(error_to_wire(error)), WireError))
    assert type(crossed) is type(error)
    assert vars(crossed) == vars(error)
    assert (str(crossed), crossed.args) == (str(error), error.args)
    assert (crossed.code, crossed.retryable) == (error.code, error.retryable)


def test_every_class_of_the_tree_is_tested() -> None:
    def tree(kind: type[FlowGenError]) -> set[str]:
        return {kind.__name__}.union(
            *(tree(child) for child in kind.__subclasses__() if child.__module__ == errors.__name__)
        )

    assert {type(error).__name__ for error in every_error()} == tree(FlowGenError)


def test_an_error_of_a_plugin_crosses_as_the_nearest_that_is_known() -> None:
    class Strange(InvalidField):
        code = "strange"

    error = Strange("options.x", 1, "2")
    error.thing = object()  # type: ignore[attr-defined]
    crossed = error_from_wire(decode(encode(error_to_wire(error)), WireError))
    assert (type(crossed), crossed.code, str(crossed)) == (InvalidField, "strange", str(error))
