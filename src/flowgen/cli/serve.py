"""`flowgen serve`: listen, load, say so, serve until a signal. Knows order and words, nothing of wiring."""

import asyncio
import json
import logging
import os
import shlex
import socket
import sys
from typing import NoReturn

from litestar import Litestar

from flowgen import __version__
from flowgen.application.lifecycle import LoadReport, ModelHost
from flowgen.cli import FAILED
from flowgen.cli.server import Server
from flowgen.domain.errors import FlowGenError
from flowgen.domain.model import ModelSpec

log = logging.getLogger(__name__)

_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
_REASON = "The server is shutting down."


def run(app: Litestar, host: ModelHost, spec: ModelSpec, listener: socket.socket) -> int:
    """Serve until a signal; give the process's exit status."""
    server = Server(app, lambda: host.close(_REASON))
    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        status = runner.run(_serve(server, host, spec, listener))
        if host.snapshot().loading is not None:
            _leave(status)
        return status


async def _serve(server: Server, host: ModelHost, spec: ModelSpec, listener: socket.socket) -> int:
    """Answer from the start (/health says that a model is being loaded), and end where the load fails."""
    url = _url(listener)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    loading = asyncio.create_task(host.load(spec, _silent))
    await asyncio.wait({serving, loading}, return_when=asyncio.FIRST_COMPLETED)
    status = _announce(server, host, loading, url)
    await serving
    if loading.done() and not loading.cancelled():
        loading.exception()  # seen: a load that a signal cut short has nobody to tell
    return status


def _leave(status: int) -> NoReturn:
    """End the process although a load is under way: it cannot be cut short, and its thread would be waited for."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _announce(server: Server, host: ModelHost, loading: asyncio.Task[LoadReport], url: str) -> int:
    """Say what came of the load; 0 where the server goes on or was told to end."""
    if not loading.done() or server.should_exit:
        return 0
    error = loading.exception()
    if error is None:
        model = host.snapshot().model
        print(ready(loading.result(), url, model.info.why_not if model else ""), flush=True)
        return 0
    server.should_exit = True
    if not isinstance(error, FlowGenError):
        log.error("the load failed unexpectedly", exc_info=error)
    print(f"flowgen: {error}", file=sys.stderr)
    return FAILED


def ready(report: LoadReport, url: str, why_not: str = "") -> str:
    """What a person reads when the model is ready: where, what, and a line to try it with, or why it does not chat."""
    body = json.dumps({"messages": [{"role": "user", "content": "Hello!"}]})
    attempt = f"  curl -s {url}/chat -H 'Content-Type: application/json' -d {shlex.quote(body)}"
    lines = [
        f"FlowGen {__version__} serves {report.name} at {url}",
        f"  {report.architecture}, {_millions(report.num_parameters)} parameters, context {report.n_ctx}, "
        f"tool calls: {report.tool_call_format or 'none'}, loaded in {report.seconds:.1f} s",
        *(f"  warning: {warning}" for warning in report.warnings),
        *([f"It does not chat: {why_not}"] if why_not else ["Try it:", attempt]),
    ]
    return "\n".join(lines)


def _millions(number: int) -> str:
    return f"{number / 1e9:.1f} billion" if number >= 1e9 else f"{number / 1e6:.1f} million"


def _url(listener: socket.socket) -> str:
    """An address that a client on this machine can use."""
    host, port = listener.getsockname()[:2]
    host = _ANYWHERE.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _silent(stage: str, fraction: float) -> None:
    """Progress of the first load; its end is told."""
