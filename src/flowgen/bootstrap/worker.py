"""Who is who in the engine's process: the composition root of the worker, and what its process runs.

The server's process never imports this module, unless the engine is to run there: it brings llama.cpp in.
"""

import faulthandler
import logging
import os
import signal
from collections.abc import Callable
from typing import NoReturn

from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.adapters.llama.factory import LlamaRuntimeFactory
from flowgen.adapters.worker.serving import run
from flowgen.bootstrap.answer_readers import AnswerReaders
from flowgen.bootstrap.plugins import EntryPointRegistry
from flowgen.domain.ports import SchemaConstrainer


def make_runtimes(constrainer: SchemaConstrainer, after_step: Callable[[], None] = lambda: None) -> LlamaRuntimeFactory:
    """The factory of models in this process, with the plugins of the allow-list."""
    return LlamaRuntimeFactory(
        constrainer=constrainer,
        stopping_criteria=EntryPointRegistry("flowgen.stopping_criteria"),
        logits_processors=EntryPointRegistry("flowgen.logits_processors"),
        tokenizers=EntryPointRegistry("flowgen.tokenizers"),
        draft_models=EntryPointRegistry("flowgen.draft_models"),
        after_step=after_step,
    )


def main(log_level: int, log_format: str, descriptor: int) -> NoReturn:
    """Serve the server at the other end of a socket; its end is ours.

    Signals that a terminal or a service manager sends to all processes are the server's to act on: it ends its streams,
    then us. llama.cpp's own stack dumps start a debugger, which takes long and drowns its message.
    """
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    faulthandler.enable()
    os.environ.setdefault("GGML_NO_BACKTRACE", "1")
    logging.basicConfig(level=log_level, format=log_format)
    run(descriptor, lambda flush: make_runtimes(LlguidanceConstrainer(read_answer=AnswerReaders()), flush))
