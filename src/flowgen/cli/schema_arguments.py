"""The arguments of `flowgen schema`. Apart from what it does, so that `flowgen` starts without importing that."""

from typing import Any

DRAFTS = ("4", "6", "7", "2019-09", "2020-12")


def add_schema(commands: Any) -> None:
    """Add the command to those of `flowgen`."""
    schema = commands.add_parser("schema", help="say how answers are bound to a JSON Schema", allow_abbrev=False)
    actions = schema.add_subparsers(dest="action", required=True)
    check = actions.add_parser(
        "check",
        help="say of a schema, keyword by keyword, what is exact, lowered, checked or refused",
        description="Say of a schema, keyword by keyword with its JSON pointer: exact (the grammar says it as it"
        " stands), lowered (the grammar says it otherwise), checked (on values, while they are written) or refused."
        ' With --jsonl: read lines {"schema": ..., "documents": [...], "draft"?: ...} from standard input and write for'
        ' each {"accepted": [...], "checked": [...]} or {"error": {...}}.',
        allow_abbrev=False,
    )
    what = check.add_mutually_exclusive_group(required=True)
    what.add_argument("file", nargs="?", metavar="FILE", help="a file with a schema; - is standard input")
    what.add_argument("--jsonl", action="store_true", help="judge documents, a line of JSON each")
    check.add_argument("--draft", choices=DRAFTS, default="2020-12", help="for schemas without $schema")
    check.add_argument(
        "--model", metavar="PATH", help="a GGUF whose vocabulary is used (default: the embedded model's)"
    )
