"""Puts an engine together for a context: who runs, what is kept, how many wait. Knows the parts and their sizes;
refuses to know files and how a model is loaded."""

from collections.abc import Callable

from flowgen.adapters.llama.drafting import Drafter
from flowgen.adapters.llama.engine import Engine
from flowgen.adapters.llama.kv_cells import CellLedger
from flowgen.adapters.llama.kv_memory import DecodingContext
from flowgen.adapters.llama.parameters import Sizes, num_drafts
from flowgen.adapters.llama.prefix_cache import PrefixCache
from flowgen.adapters.llama.residence import Residence
from flowgen.adapters.llama.runner import Runner
from flowgen.adapters.llama.scheduler import Limits, Scheduler
from flowgen.adapters.llama.spinning import Spinning
from flowgen.domain.model import Vocabulary
from flowgen.domain.options import LoadOptions
from flowgen.domain.plugins import DraftModel

_CACHE_BYTES = 2**30
_CACHE_SHARE = 4
"""The prefix cache takes at most one byte in so many of the free host memory, unless it is told how many."""
_QUEUE_TIMES = 4


def make_engine(
    options: LoadOptions,
    sizes: Sizes,
    context: DecodingContext,
    vocabulary: Vocabulary,
    *,
    has_state: bool,
    free_bytes: int,
    draft_model: DraftModel | None = None,
    after_step: Callable[[], None] = lambda: None,
    spinning: Spinning | None = None,
) -> Engine:
    """An engine that runs. `has_state`: the model has a recurrent half, so prefixes are gone on from at checkpoints."""
    cache_bytes = min(_CACHE_BYTES, free_bytes // _CACHE_SHARE) if options.cache_bytes is None else options.cache_bytes
    residence = Residence(
        context,
        CellLedger(sizes.n_cells),
        PrefixCache(cache_bytes, cuts_anywhere=not has_state),
        sizes.num_sequences,
        takes_checkpoints=has_state,
    )
    limits = Limits(
        num_running=options.n_seq_max,
        queue_size=_QUEUE_TIMES * options.n_seq_max if options.queue_size is None else options.queue_size,
        n_batch=max(sizes.n_batch, options.n_seq_max),
        n_pass=sizes.n_ubatch,
        is_uniform=has_state,
    )
    guess = None
    if draft_model is not None:
        guess = Drafter(draft_model, len(vocabulary.tokens), num_drafts(options, sizes), sizes.n_ubatch).guess
    return Engine(Runner(context, vocabulary), Scheduler(limits, residence, guess), after_step, spinning)
