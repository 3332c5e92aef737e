"""llama.cpp's log comes in pieces; the ring gives lines, and reports read them."""

import pytest

from flowgen.adapters.llama import reports
from flowgen.adapters.llama.log_ring import LogRing

DEBUG, INFO, WARN, CONTINUED = 1, 2, 3, 5


def test_pieces_become_lines_and_debug_is_left_out() -> None:
    ring = LogRing(size=3)
    for level, text in [
        (INFO, "one\n"),
        (DEBUG, "no\n"),
        (CONTINUED, "not this either\n"),
        (INFO, "two"),
        (CONTINUED, " and"),
        (CONTINUED, " more\n"),
        (WARN, "three\nfour\n"),
    ]:
        ring.write(level, text)
    assert ring.lines() == ["two and more", "three", "four"]
    ring.write(INFO, "......")
    assert ring.tail(2) == "three\nfour"
    ring.clear()
    assert ring.lines() == []


def test_it_prints_only_while_verbose(capsys: pytest.CaptureFixture[str]) -> None:
    ring = LogRing()
    ring.write(INFO, "quiet\n")
    ring.is_verbose = True
    ring.write(INFO, "loud\n")
    assert capsys.readouterr().err == "loud\n"


def test_reports_read_what_llama_cpp_prints() -> None:
    lines = [
        "llama_context: n_ctx                 = 1024",
        "llama_context: freq_base             = 10000.0",
        "llama_context:        CPU  output buffer size =     0.50 MiB",
        "llama_kv_cache:        CPU KV buffer size =     9.00 MiB",
        "llama_kv_cache: size =    2.00 MiB (  4096 cells), K (f16):    1.00 MiB, V (q8_0):    1.00 MiB",
        "llama_kv_cache_iswa: size =    1.00 MiB (  512 cells",
        "llama_memory_recurrent: size =    0.25 MiB (     8 cells,   3 layers), R (f32):    0.25 MiB",
        "sched_reserve:        CPU compute buffer size =     2.50 MiB",
        "resolve_fused_ops: Flash Attention enabled",
        "validate_override: Using metadata override (  int) 'lfm2.context_length' = 77",
        "validate_override: Warning: Bad metadata override type for key 'a.b', expected int but got str",
    ]
    mib = 1024 * 1024
    assert reports.buffer_sizes(lines) == reports.BufferSizes(kv_cells=3 * mib, recurrent=mib // 4, compute=3 * mib)
    assert reports.parameters(lines) == {
        "n_ctx": "1024",
        "freq_base": "10000.0",
        "type_k": "f16",
        "type_v": "q8_0",
        "flash_attn": "enabled",
    }
    assert reports.used_overrides(lines) == {"lfm2.context_length"}
    assert reports.refused_overrides(lines) == {"a.b": "expected int but got str"}
