"""Gets tokenizers: from a folder, or by name from the Hugging Face hub. Knows deadlines and transformers' errors;
refuses to know templates. transformers and huggingface_hub are imported here, and only when a tokenizer is asked for.

Left alone, huggingface_hub tries an unreachable hub for 46 s (6 attempts with growing pauses, twice). So the hub is
asked once for one file, and only a hub that answers is asked for the rest. Code from a hub is never run.
"""

import importlib
import logging
import os
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, TypeVar, cast

from flowgen.domain.errors import TokenizerNotFound

PROBE_S = 6.0
"""How long the hub may take to answer at all, in seconds; transformers' own import takes about 3 more."""

DOWNLOAD_S = 300.0
"""How long a hub that answers may take to give the tokenizer's files, in seconds."""

FIELD = "tokenizer_name"
T = TypeVar("T")
logger = logging.getLogger(__name__)


def load_tokenizer(name: str) -> Any:
    """The tokenizer of a folder or of a hub's repository, as transformers makes it. Raises TokenizerNotFound."""
    folder = name if "\0" in name else os.path.expanduser(name)  # a zero byte is no user's name: it raises
    if name and os.path.isdir(folder):
        return _from_pretrained(folder, "the folder holds no tokenizer that can be read", local_files_only=True)
    if os.path.exists(folder) or not _is_hub_name(name):
        raise TokenizerNotFound(f"{FIELD}: {name!r} is no folder here and no name for the hub.", field=FIELD)
    why_not = _why_unreachable(name)
    if why_not is None:
        return _within(DOWNLOAD_S, lambda: _from_pretrained(name, "the hub gave no tokenizer"), _late(name))
    if not _is_cached(name):
        raise TokenizerNotFound(
            f"{FIELD}: {name!r} is no folder here and the hub cannot be reached: {why_not}.",
            hint="Give a local folder, or leave tokenizer_name out: the model's own template serves then.",
            field=FIELD,
        )
    logger.warning("The hub cannot be reached (%s): the tokenizer %r comes from the local cache", why_not, name)
    return _from_pretrained(name, "the local cache holds no tokenizer that can be read", local_files_only=True)


def _from_pretrained(name: str, otherwise: str, *, local_files_only: bool = False) -> Any:
    transformers = _quietly_imported()
    try:
        return transformers.AutoTokenizer.from_pretrained(
            name, trust_remote_code=False, local_files_only=local_files_only
        )
    except Exception as error:  # transformers raises whatever a broken file makes it raise
        logger.info("The tokenizer %r cannot be loaded: %r", name, error)
        words = " ".join(str(error).split())
        raise TokenizerNotFound(f"{FIELD}: {name!r}: {otherwise}: {words[:400]}", field=FIELD) from error


def _quietly_imported() -> Any:
    """transformers, without its advice to install PyTorch: its tokenizers need none."""
    root = logging.getLogger("transformers")

    def is_no_advice(record: logging.LogRecord) -> bool:
        return "PyTorch was not found" not in record.getMessage()

    root.addFilter(is_no_advice)
    try:
        return importlib.import_module("transformers")
    finally:
        root.removeFilter(is_no_advice)


def _is_hub_name(name: str) -> bool:
    hub = importlib.import_module("huggingface_hub.utils")
    try:
        hub.validate_repo_id(name)
    except ValueError:
        return False
    return True


def _is_cached(name: str) -> bool:
    hub = importlib.import_module("huggingface_hub")
    files = ("tokenizer.json", "tokenizer_config.json", "config.json")
    return any(isinstance(hub.try_to_load_from_cache(name, file), str) for file in files)


def _why_unreachable(name: str) -> str | None:
    """Why the hub does not answer, None if it does. Raises TokenizerNotFound if its answer is that there is none."""
    try:
        status, code = _within(PROBE_S, lambda: _ask(name), TimeoutError(f"no answer within {PROBE_S:.0f} s"))
    except Exception as error:  # the client's own exceptions, offline mode, and the deadline: all mean the same here
        return str(error) or type(error).__name__
    if status in (401, 403):
        meaning = "there is no such repository, or it needs a login"
    elif status == 404 and code != "EntryNotFound":
        meaning = "there is no such repository"
    else:
        return None if status < 500 else f"it answers with status {status}"
    raise TokenizerNotFound(f"{FIELD}: {name!r} is no folder here, and the hub says that {meaning}.", field=FIELD)


def _ask(name: str) -> tuple[int, str]:
    """Ask the hub for one file's header, once: its status and its own name for an error."""
    hub = importlib.import_module("huggingface_hub")
    utils = importlib.import_module("huggingface_hub.utils")
    address = hub.hf_hub_url(name, "tokenizer_config.json")
    answer = utils.get_session().head(address, headers=utils.build_hf_headers(), timeout=PROBE_S)
    return int(answer.status_code), str(answer.headers.get("X-Error-Code", ""))


def _late(name: str) -> TokenizerNotFound:
    sentence = f"{FIELD}: the hub did not give the tokenizer of {name!r} within {DOWNLOAD_S:.0f} s."
    return TokenizerNotFound(sentence, field=FIELD)


def _within(seconds: float, work: Callable[[], T], late: Exception) -> T:
    """Do the work in a thread and wait so long, else raise `late`. The thread never holds up the process's end."""
    results: SimpleQueue[tuple[T | None, Exception | None]] = SimpleQueue()

    def run() -> None:
        try:
            results.put((work(), None))
        except Exception as error:  # carried over to the waiting thread
            results.put((None, error))

    threading.Thread(target=run, name="tokenizer", daemon=True).start()
    try:
        result, error = results.get(timeout=seconds)
    except Empty:
        raise late from None
    if error is not None:
        raise error
    return cast(T, result)
