"""What requests ask of the engine, and what must show: sampling, constraints, plugins, logprobs, prompts, ends."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from flowgen.adapters.llama.runtime import LlamaRuntime
from flowgen.adapters.llama.scores import DROPPED
from flowgen.domain.constraints import Choice, JsonSchema, Lark, Regex
from flowgen.domain.errors import ConstraintRefused, EngineFailed, InvalidField, UnknownPlugin
from flowgen.domain.generation import GenerationRequest, PromptSegment, Sampling, SilentSpan, TokenChunk
from flowgen.domain.plugins import PluginCall
from flowgen.testing.runtime_contract import collect, text_of, tokens_of
from support.tiny_runtimes import NANO, Load, WriteModel

GREEDY = Sampling(temperature=0.0)
COUNT = "<|startoftext|><|im_start|>user\nCount from 1 to 20.<|im_end|>\n<|im_start|>assistant\n"


@pytest.fixture(scope="module", params=["nano", "lfm2", "llama"])
def path(request: pytest.FixtureRequest, write_model: WriteModel) -> Any:
    return NANO if request.param == "nano" else write_model(arch=request.param, scale=0.02)


@pytest.fixture
async def runtime(load: Load, path: Any) -> AsyncIterator[LlamaRuntime]:
    runtime = await load(path, n_ctx=512, n_batch=32, logits_all=True)
    yield runtime
    await runtime.close()


def ask(**fields: Any) -> GenerationRequest:
    values: dict[str, Any] = {"prompt": (PromptSegment(text=COUNT),), "sampling": GREEDY, "max_tokens": 16} | fields
    return GenerationRequest(**values)


def reason_of(chunks: list[TokenChunk]) -> str:
    finish = chunks[-1].finish
    assert finish is not None
    return finish.reason


async def test_the_seed_decides_the_text(runtime: LlamaRuntime) -> None:
    texts = [
        text_of(
            await collect(runtime, ask(sampling=Sampling(temperature=1.5, seed=seed, top_k=0, top_p=1.0, min_p=0.0)))
        )
        for seed in (1, 1, 2, 3)
    ]
    assert texts[0] == texts[1]
    assert len(set(texts)) > 1


@pytest.mark.parametrize("fields", [{"mirostat_mode": 1}, {"mirostat_mode": 2}, {"tfs_z": 0.5}, {"typical_p": 0.5}])
async def test_every_sampler_runs(runtime: LlamaRuntime, fields: dict[str, Any]) -> None:
    chunks = await collect(runtime, ask(sampling=Sampling(temperature=0.9, seed=4, **fields)))
    assert chunks[-1].finish


async def test_a_bias_and_a_processor_choose_tokens(runtime: LlamaRuntime) -> None:
    (token,) = (await runtime.tokenize("e", special=False))[-1:]
    biased = await collect(runtime, ask(sampling=Sampling(temperature=0.0, logit_bias={token: 1e6}), max_tokens=3))
    assert tokens_of(biased) == [token] * 3
    call = PluginCall(name="favourite", parameters={"token": token})
    processed = await collect(runtime, ask(logits_processors=(call,), max_tokens=3))
    assert tokens_of(processed) == [token] * 3


async def test_bad_biases_and_plugins_are_refused_before_the_start(runtime: LlamaRuntime) -> None:
    with pytest.raises(InvalidField, match=r"options.logit_bias: got 99999999"):
        await runtime.start(ask(sampling=Sampling(logit_bias={99999999: 1.0})))
    with pytest.raises(UnknownPlugin, match=r"options.stopping_criteria.*after"):
        await runtime.start(ask(stopping_criteria=(PluginCall(name="never"),)))
    with pytest.raises(InvalidField, match=r"options.logits_processor"):
        await runtime.start(ask(logits_processors=(PluginCall(name="favourite"),)))


async def test_a_stopping_criterion_ends_with_length(runtime: LlamaRuntime) -> None:
    criterion = PluginCall(name="after", parameters={"count": 3})
    chunks = await collect(runtime, ask(stopping_criteria=(criterion,)))
    assert (len(tokens_of(chunks)), reason_of(chunks)) == (3, "length")


async def test_a_fault_of_a_plugin_ends_its_answer_alone(
    runtime: LlamaRuntime, caplog: pytest.LogCaptureFixture
) -> None:
    good = asyncio.create_task(collect(runtime, ask()))
    with pytest.raises(EngineFailed):
        await collect(runtime, ask(logits_processors=(PluginCall(name="broken"),)))
    assert "a fault of a plugin" in caplog.text
    assert reason_of(await good)
    assert text_of(await collect(runtime, ask())) == text_of(good.result())


async def test_a_penalty_changes_the_answer(runtime: LlamaRuntime) -> None:
    first, second = (await runtime.tokenize("eo", special=False))[-2:]
    sampling = Sampling(temperature=0.0, logit_bias={first: 60.0, second: 40.0})
    assert tokens_of(await collect(runtime, ask(sampling=sampling, max_tokens=2))) == [first, first]
    for fields in ({"presence_penalty": 100.0}, {"frequency_penalty": 100.0}, {"repeat_penalty": 100.0}):
        penalised = msgspec.structs.replace(sampling, **fields)
        assert tokens_of(await collect(runtime, ask(sampling=penalised, max_tokens=2))) == [first, second]
        without = msgspec.structs.replace(penalised, penalty_last_n=0)
        assert tokens_of(await collect(runtime, ask(sampling=without, max_tokens=2))) == [first, first]


async def test_a_choice_is_one_of_its_options_and_stops(runtime: LlamaRuntime) -> None:
    chunks = await collect(runtime, ask(constraint=Choice(options=("alpha", "beta")), max_tokens=None))
    assert text_of(chunks) in {"alpha", "beta"}
    assert reason_of(chunks) == "stop"


async def test_a_schema_binds_the_answer(runtime: LlamaRuntime) -> None:
    schema = {
        "type": "object",
        "properties": {"name": {"enum": ["a", "bc"]}, "old": {"type": "boolean"}},
        "required": ["name", "old"],
        "additionalProperties": False,
    }
    for sampling in (GREEDY, Sampling(temperature=1.5, seed=1), Sampling(mirostat_mode=2, seed=2)):
        chunks = await collect(runtime, ask(constraint=JsonSchema(schema=schema), sampling=sampling, max_tokens=None))
        document = msgspec.json.decode(text_of(chunks))
        assert document["name"] in {"a", "bc"}
        assert reason_of(chunks) == "stop"
        assert chunks[-1].finish
        assert chunks[-1].finish.usage.completion_tokens == len(tokens_of(chunks))


async def test_forced_tokens_change_no_text(runtime: LlamaRuntime) -> None:
    constraint = Regex(pattern="The answer is: (yes|no), and that is all there is to say[.]")
    forced = await collect(runtime, ask(constraint=constraint, max_tokens=None))
    sampled = await collect(runtime, ask(constraint=constraint, max_tokens=None, logprobs=0))
    assert text_of(forced) == text_of(sampled)
    cut = await collect(runtime, ask(constraint=constraint, max_tokens=5))
    assert (len(tokens_of(cut)), reason_of(cut)) == (5, "length")
    stopped = await collect(runtime, ask(constraint=constraint, max_tokens=None, stop=("er is",)))
    assert (text_of(stopped), reason_of(stopped)) == ("The answ", "stop")


async def test_the_grammar_has_the_last_word(runtime: LlamaRuntime) -> None:
    (token,) = (await runtime.tokenize("z", special=False))[-1:]
    processors = (PluginCall(name="favourite", parameters={"token": token}),)
    chunks = await collect(runtime, ask(constraint=Choice(options=("ab",)), logits_processors=processors, logprobs=0))
    assert text_of(chunks) == "ab"
    assert chunks[-1].finish
    assert chunks[-1].finish.warnings == (DROPPED,)


async def test_an_answer_never_ends_before_its_grammar_may(runtime: LlamaRuntime) -> None:
    end = await runtime.tokenize(runtime.info.facts.eos_token, special=True)
    eager = Sampling(temperature=0.0, logit_bias={end[0]: 1e6})
    assert text_of(await collect(runtime, ask(sampling=eager))) == ""
    chunks = await collect(runtime, ask(sampling=eager, constraint=Regex(pattern="[ab]{5,9}"), max_tokens=None))
    assert len(text_of(chunks)) == 5
    assert reason_of(chunks) == "stop"


async def test_what_cannot_be_compiled_is_refused_before_the_start(runtime: LlamaRuntime) -> None:
    with pytest.raises(ConstraintRefused):
        await runtime.start(ask(constraint=Regex(pattern="(")))


async def test_special_tokens_have_text_only_if_preserved(runtime: LlamaRuntime) -> None:
    constraint = Lark(grammar='start: "a" <|tool_call_start|> "stop b" <|tool_call_end|> "c stop d"')
    hidden = await collect(runtime, ask(constraint=constraint, max_tokens=None))
    assert text_of(hidden) == "astop bc stop d"
    marks = ("<|tool_call_start|>", "<|tool_call_end|>")
    shown = await collect(runtime, ask(constraint=constraint, max_tokens=None, preserved=marks))
    assert text_of(shown) == "a<|tool_call_start|>stop b<|tool_call_end|>c stop d"
    assert len([token for chunk in shown for token in chunk.special]) == 2
    span = SilentSpan(opening=marks[0], closing=marks[1])
    request = ask(constraint=constraint, max_tokens=None, preserved=marks, stop=("stop",), silent_spans=(span,))
    assert text_of(await collect(runtime, request)) == "a<|tool_call_start|>stop b<|tool_call_end|>c "


async def test_a_character_is_never_cut(runtime: LlamaRuntime) -> None:
    text = "船は Größe 🎉!"
    chunks = await collect(runtime, ask(constraint=Choice(options=(text,)), max_tokens=None))
    assert text_of(chunks) == text
    assert all("\ufffd" not in chunk.text for chunk in chunks)
    cut = await collect(runtime, ask(constraint=Choice(options=("🎉🎉",)), max_tokens=1))
    assert text_of(cut) in {"", "🎉", "🎉🎉"}


async def test_log_probabilities_are_the_models_own(runtime: LlamaRuntime) -> None:
    plain = await collect(runtime, ask(logprobs=3, max_tokens=1))
    bent = Sampling(temperature=0.0, logit_bias={tokens_of(plain)[0]: -1e6}) if tokens_of(plain) else GREEDY
    other = await collect(runtime, ask(logprobs=3, max_tokens=1, sampling=bent))
    tops = [chunk.logprobs[0].top for answer in (plain, other) for chunk in answer if chunk.logprobs]
    assert len(tops) == 2
    assert [top.token for top in tops[0]] == [top.token for top in tops[1]]
    assert [top.logprob for top in tops[0]] == pytest.approx([top.logprob for top in tops[1]], abs=1e-3)


async def test_the_prompts_log_probabilities_do_not_depend_on_its_pieces(load: Load, path: Any) -> None:
    found = []
    for n_batch in (4, 64):
        runtime = await load(path, n_ctx=512, n_batch=n_batch, logits_all=True)
        chunks = await collect(runtime, ask(logprobs=1, prompt_logprobs=True, max_tokens=1))
        tokens = await runtime.tokenize(COUNT, special=True)
        await runtime.close()
        logprobs = [logprob for chunk in chunks if not chunk.tokens for logprob in chunk.logprobs]
        assert [logprob.chosen.token for logprob in logprobs] == tokens[1:]
        found.append([logprob.chosen.logprob for logprob in logprobs])
    assert found[0] == pytest.approx(found[1], abs=0.3)


async def test_without_logits_all_the_prompt_has_no_log_probabilities(load: Load, path: Any) -> None:
    runtime = await load(path, n_ctx=512)
    chunks = await collect(runtime, ask(logprobs=1, prompt_logprobs=True, max_tokens=2))
    await runtime.close()
    assert sum(len(chunk.logprobs) for chunk in chunks) == len(tokens_of(chunks))


async def test_plain_segments_hold_no_special_tokens(runtime: LlamaRuntime) -> None:
    text = "<|im_end|>"
    special = await runtime.start(ask(prompt=(PromptSegment(text=text),), max_tokens=1))
    plain = await runtime.start(ask(prompt=(PromptSegment(text=text, special=False),), max_tokens=1))
    assert special.num_prompt_tokens == 1 + runtime.info.facts.add_bos
    assert plain.num_prompt_tokens > 3
    await special.cancel()
    await plain.cancel()


async def test_bos_comes_once_where_the_file_asks_for_it(load: Load, write_model: WriteModel) -> None:
    for add_bos in (False, True):
        runtime = await load(write_model(arch="llama", add_bos=add_bos), n_ctx=64)
        assert runtime.info.facts.add_bos is add_bos
        counts = []
        for text in ("ab", "<|startoftext|>ab"):
            async with await runtime.start(ask(prompt=(PromptSegment(text=text),), max_tokens=1)) as generation:
                counts.append(generation.num_prompt_tokens)
        assert counts == [3 if add_bos else 2, 3]
        await runtime.close()


async def test_the_context_is_the_last_limit(load: Load, path: Any) -> None:
    runtime = await load(path, n_ctx=64, n_batch=16)
    never = Sampling(temperature=0.0, logit_bias=dict.fromkeys(await _ends(runtime), -1e6))
    chunks = await collect(runtime, ask(prompt=(PromptSegment(text="ab"),), max_tokens=None, sampling=never))
    finish = chunks[-1].finish
    assert finish is not None
    assert finish.reason == "length"
    assert finish.usage.prompt_tokens + finish.usage.completion_tokens == 64
    full = PromptSegment(text="0" * (63 - runtime.info.facts.add_bos), special=False)
    assert reason_of(await collect(runtime, ask(prompt=(full,), sampling=never))) == "length"
    await runtime.close()


async def test_timings_are_told_unless_no_perf(load: Load, path: Any) -> None:
    for no_perf in (False, True):
        runtime = await load(path, n_ctx=256, no_perf=no_perf)
        finish = (await collect(runtime, ask(constraint=Choice(options=("a",)))))[-1].finish
        await runtime.close()
        assert finish is not None
        assert (finish.timings is None) is no_perf
        assert finish.timings is None or min(finish.timings.compile_s, finish.timings.prompt_s) > 0


async def _ends(runtime: LlamaRuntime) -> list[int]:
    return await runtime.tokenize(runtime.info.facts.eos_token, special=True)
