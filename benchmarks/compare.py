"""Starts FlowGen and, if one is given, a peer on the same model and threads, and drives them in turn (A B A B ...).

    python -m benchmarks.compare --model model.gguf --peer 'llama-server -m {model} ... --port {port}' --json out.json

The README in this folder has the peers' commands. `--aged` measures FlowGen after 100 other conversations against a
fresh FlowGen instead.
"""

import argparse
import asyncio
import os
import signal
import sys
from contextlib import ExitStack
from pathlib import Path

from benchmarks.aging import drive_aged
from benchmarks.load import Report, add_options, drive, workload_names, write
from benchmarks.servers import Setting, flowgen_command, free_port, peer_command, running


def main() -> None:
    """Read the command line, start, drive, end; the servers end with it, also at a signal."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    arguments = _parser().parse_args()
    setting = Setting(
        model=arguments.model, threads=arguments.threads, context=arguments.context, sequences=arguments.sequences
    )
    write(_measure(arguments, setting), arguments.json)


def _measure(arguments: argparse.Namespace, setting: Setting) -> Report:
    with ExitStack() as servers:
        port = free_port()
        urls = {"a": servers.enter_context(running(flowgen_command(setting, port), port))}
        port = free_port()
        if arguments.aged:
            fresh = servers.enter_context(running(flowgen_command(setting, port), port))
            return asyncio.run(drive_aged(urls["a"], fresh, arguments.rounds, arguments.seed))
        if arguments.peer:
            urls["b"] = servers.enter_context(running(peer_command(arguments.peer, setting, port), port))
        return asyncio.run(drive(urls, workload_names(arguments.only), arguments.rounds, arguments.seed))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, metavar="GGUF")
    parser.add_argument("--peer", metavar="COMMAND", help="with {model} {threads} {context} {sequences} {port}")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--context", type=int, default=32768, help="KV cells in all (default: %(default)s)")
    parser.add_argument("--sequences", type=int, default=16, help="answers at once (default: %(default)s)")
    parser.add_argument("--aged", action="store_true", help="FlowGen alone: solo after 100 conversations, and fresh")
    add_options(parser)
    return parser


if __name__ == "__main__":
    main()
