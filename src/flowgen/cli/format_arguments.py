"""The arguments of `flowgen formats`. Refuses to know what the commands do: importing that takes longer."""

from typing import Any


def add_formats(commands: Any) -> None:
    """Add `formats` and its actions to the commands of `flowgen`."""
    formats = commands.add_parser("formats", help="list tool-call formats, detect and try them", allow_abbrev=False)
    actions = formats.add_subparsers(dest="action")
    detect = actions.add_parser("detect", help="say which format a chat template calls for", allow_abbrev=False)
    detect.add_argument("path", help="a chat template in jinja, or a GGUF file")
    detect.add_argument("--json", action="store_true", help="print one JSON object")
    for name, purpose in (("parse", "read answers"), ("write", "write calls")):
        action = actions.add_parser(name, help=f"{purpose}: a JSON object a line, in and out", allow_abbrev=False)
        action.add_argument("--jsonl", action="store_true", required=True, help="from standard input, line by line")
    grammar = actions.add_parser("grammar", help="print the grammar of answers with calls", allow_abbrev=False)
    grammar.add_argument("name", help="a format's name")
    grammar.add_argument("--tools", required=True, metavar="FILE", help="a JSON list of tools, in OpenAI's shape")
    grammar.add_argument("--tool-choice", default="auto", help="auto, required, or a tool's name (default: auto)")
