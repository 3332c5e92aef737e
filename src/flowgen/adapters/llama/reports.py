"""Reads llama.cpp's own log lines: buffer sizes and the parameters in force. Refuses to know how they were made.

llama_context: n_ctx                 = 1024
llama_kv_cache: size =    0.38 MiB (  1024 cells,   3 layers,  8/1 seqs), K (f16):    0.19 MiB, V (f16):    0.19 MiB
llama_memory_recurrent: size =    0.01 MiB (     8 cells,   3 layers,  8 seqs ...
llama_context:        CPU  output buffer size =     0.01 MiB
sched_reserve:        CPU compute buffer size =     1.27 MiB
resolve_fused_ops: Flash Attention enabled
validate_override: Using metadata override (  int) 'lfm2.context_length' =
validate_override: Warning: Bad metadata override type for key 'lfm2.block_count', expected int but got str
"""

import re
from collections.abc import Sequence

from flowgen.domain.values import Value

_MIB = 1024 * 1024
_MEMORY = re.compile(r"^(llama_kv_cache|llama_memory_recurrent)\w*: size =\s*([\d.]+) MiB")
_BUFFER = re.compile(r" (?:output|compute) buffer size =\s*([\d.]+) MiB")
_PARAMETER = re.compile(r"^llama_context: (\w+)\s+= (\S+)\s*$")
_USED_OVERRIDE = re.compile(r"^validate_override: Using metadata override .*? '(.+?)' =")
_REFUSED_OVERRIDE = re.compile(r"^validate_override: Warning: Bad metadata override type for key '(.+?)', (.+)$")
_CACHE_TYPES = re.compile(r"K \((\w+)\):.*V \((\w+)\):")


class BufferSizes(Value, frozen=True):
    """What a context takes, in bytes, to llama.cpp's two decimals of a MiB."""

    kv_cells: int = 0
    recurrent: int = 0
    compute: int = 0


def buffer_sizes(lines: Sequence[str]) -> BufferSizes:
    """Add up the buffers of one context's log."""
    memories = [match for line in lines if (match := _MEMORY.match(line))]
    buffers = [match for line in lines if (match := _BUFFER.search(line))]
    return BufferSizes(
        kv_cells=sum(_bytes(match[2]) for match in memories if match[1] == "llama_kv_cache"),
        recurrent=sum(_bytes(match[2]) for match in memories if match[1] != "llama_kv_cache"),
        compute=sum(_bytes(match[1]) for match in buffers),
    )


def parameters(lines: Sequence[str]) -> dict[str, str]:
    """The parameters that llama.cpp printed of its last context, as it printed them."""
    found = {match[1]: match[2] for line in lines if (match := _PARAMETER.match(line))}
    for line in lines:
        if types := _CACHE_TYPES.search(line):
            found["type_k"], found["type_v"] = types[1], types[2]
        if line.startswith("resolve_fused_ops: Flash Attention "):
            found["flash_attn"] = line.rsplit(" ", 1)[1].rstrip(",.")
    return found


def used_overrides(lines: Sequence[str]) -> set[str]:
    """The metadata keys whose values llama.cpp took from kv_overrides."""
    return {match[1] for line in lines if (match := _USED_OVERRIDE.match(line))}


def refused_overrides(lines: Sequence[str]) -> dict[str, str]:
    """The keys whose override has another type than llama.cpp wants, with its complaint."""
    return {match[1]: match[2] for line in lines if (match := _REFUSED_OVERRIDE.match(line))}


def _bytes(mebibytes: str) -> int:
    return round(float(mebibytes) * _MIB)
