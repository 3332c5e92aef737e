"""The command `flowgen`. Knows arguments and exit statuses; refuses to know what serving is.

What takes long to import is imported where it is used: the engine's process gets ready meanwhile, on another core.
"""

import argparse
import logging
import sys
from collections.abc import Callable, Sequence

import msgspec

from flowgen import __version__
from flowgen.adapters.worker.factory import Workers
from flowgen.bootstrap.engines import start_processes
from flowgen.bootstrap.settings import Settings, read_settings
from flowgen.cli import FAILED
from flowgen.cli.format_arguments import add_formats
from flowgen.cli.listening import listen
from flowgen.cli.schema_arguments import add_schema
from flowgen.domain.errors import FlowGenError
from flowgen.domain.values import JsonObject

EMBEDDED = "flowgen-nano"


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; give the exit status: 0, or 2 with a sentence on standard error."""
    arguments = _parser().parse_args(_with_command(sys.argv[1:] if argv is None else argv))
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        return _COMMANDS[arguments.command](arguments)
    except FlowGenError as error:
        print(f"flowgen: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return 0


def _with_command(argv: Sequence[str]) -> list[str]:
    """Options alone are those of `serve`."""
    if argv and (not argv[0].startswith("-") or argv[0] in ("-h", "--help", "--version")):
        return list(argv)
    return ["serve", *argv]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="flowgen", description="A local server for GGUF language models.")
    parser.add_argument("--version", action="version", version=f"flowgen {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("options", help="print the tables of options as Markdown", allow_abbrev=False)
    add_formats(commands)
    add_schema(commands)
    serve = commands.add_parser("serve", help="load a model and serve it over HTTP", allow_abbrev=False)
    serve.add_argument("--model", default=EMBEDDED, metavar="PATH", help="a GGUF file (default: the embedded model)")
    serve.add_argument("--tokenizer", metavar="NAME", help="a Hugging Face name or a folder (default: the file's own)")
    serve.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    serve.add_argument("--port", default=8001, type=_port, help="the port, 0 for a free one (default: %(default)s)")
    serve.add_argument(
        "--option",
        action="append",
        default=[],
        type=_option,
        metavar="K=V",
        help="an option of /load or a default of its chats, such as n_ctx=4096; the value is JSON, else text",
    )
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"got {text!r}; allowed: a number from 0 to 65535")
    return int(text)


def _option(text: str) -> JsonObject:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"got {text!r}; allowed: name=value")
    try:
        return {name: msgspec.json.decode(value)}  # as the body of /load is read: no NaN, for one
    except (ValueError, RecursionError):
        return {name: value}


def _options(arguments: argparse.Namespace) -> int:
    from flowgen.cli.option_docs import markdown

    print(markdown(), end="")
    return 0


def _formats(arguments: argparse.Namespace) -> int:
    from flowgen.cli.formats import run

    return run(arguments)


def _schema(arguments: argparse.Namespace) -> int:
    from flowgen.cli.schema import run

    return run(arguments)


def _serve(arguments: argparse.Namespace) -> int:
    """Refuse what can be refused before the address is taken, and the address before anything is loaded."""
    settings = read_settings(arguments.host, arguments.port)
    processes = start_processes(settings.engine)
    try:
        return _serve_with(processes, settings, arguments)
    finally:
        processes.close()


def _serve_with(processes: Workers, settings: Settings, arguments: argparse.Namespace) -> int:
    from flowgen.bootstrap.container import make_container
    from flowgen.cli.serve import run
    from flowgen.http.native.mapping import read_load

    container = make_container(settings, processes)
    spec, warnings = read_load(_load_body(arguments), container.catalog())
    for warning in warnings:
        print(f"flowgen: {warning}", file=sys.stderr)
    with listen(arguments.host, arguments.port) as listener:
        return run(container.app(), container.host(), spec, listener)


def _load_body(arguments: argparse.Namespace) -> JsonObject:
    """The same as a body of POST /load, so that both are checked alike."""
    options = {name: value for option in arguments.option for name, value in option.items()}
    return {"model_path": arguments.model, "tokenizer_name": arguments.tokenizer, "options": options}


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "formats": _formats,
    "options": _options,
    "schema": _schema,
    "serve": _serve,
}
