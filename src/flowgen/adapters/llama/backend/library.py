"""llama.cpp as a library of this process: its start, its log, what it was built for, its chat templates."""

import ctypes
import threading
from collections.abc import Sequence

import llama_cpp as llama

from flowgen.adapters.llama.log_ring import LogRing

log = LogRing()
_log_callback = llama.llama_log_callback(lambda level, text, _: log.write(level, text.decode("utf-8", "replace")))
llama.llama_log_set(_log_callback, ctypes.c_void_p(0))
_start = threading.Lock()
_numa: list[int] = []


def initialise(numa: int) -> int:
    """Start llama.cpp once per process; give the NUMA policy in force, which is the first one asked for (0: none)."""
    with _start:
        if not _numa:
            llama.llama_backend_init()
            _numa.append(0)
        if numa and not _numa[0]:
            llama.llama_numa_init(numa)
            _numa[0] = numa
        return _numa[0]


def supports_gpu_offload() -> bool:
    return bool(llama.llama_supports_gpu_offload())


def supports_mlock() -> bool:
    return bool(llama.llama_supports_mlock())


def max_devices() -> int:
    """The most devices that a tensor split may name."""
    return int(llama.llama_max_devices())


def builtin_templates() -> list[str]:
    """The names of the chat templates built into llama.cpp."""
    count = llama.llama_chat_builtin_templates((ctypes.c_char_p * 0)(), 0)
    names = (ctypes.c_char_p * count)()
    llama.llama_chat_builtin_templates(names, count)
    return [name.decode() for name in names if name]


def apply_builtin_template(name: str, messages: Sequence[tuple[str, str]], add_generation_prompt: bool) -> str:
    """Render (role, content) pairs with a built-in template. Raises ValueError where llama.cpp refuses."""
    chat = (llama.llama_chat_message * len(messages))()
    for slot, (role, content) in zip(chat, messages, strict=True):
        slot.role, slot.content = role.encode(), content.encode("utf-8", "replace")
    size = 256 + sum(len(content.encode("utf-8", "replace")) * 2 + 256 for _, content in messages)
    for _ in range(2):
        buffer = ctypes.create_string_buffer(size)
        written = llama.llama_chat_apply_template(
            name.encode(), chat, len(messages), add_generation_prompt, buffer, size
        )
        if written < 0:
            raise ValueError(f"llama.cpp's template {name!r} cannot render these messages")
        if written <= size:
            return buffer.raw[:written].decode("utf-8", "replace")
        size = written
    raise ValueError(f"llama.cpp's template {name!r} changed its mind about its length")
