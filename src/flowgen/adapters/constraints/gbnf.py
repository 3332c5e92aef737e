"""Reads llama.cpp's grammar notation into llguidance's Lark. Knows where the library's own converter departs from it:
`.` is any character there, a newline too; `\\uXXXX` is one character; a class has no set operators; names are free."""

import re

from llguidance.gbnf_to_lark import gbnf_to_lark

_PIECE = re.compile(
    r"""(?P<comment>\#[^\r\n]*)|(?P<string>"(?:[^"\\]|\\.)*")|(?P<set>\[(?:[^\]\\]|\\.)*\])|(?P<any>\.)
    |(?P<times>\{[^}]*\})|(?P<name>[a-zA-Z0-9_-]+)""",
    re.DOTALL | re.VERBOSE,
)
_CODE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_RULE = re.compile(r"\brule\d+\b")
_SET_OPERATOR = re.compile(r"&&|~~|(?<!^)--")


def lark_of_gbnf(grammar: str) -> str:
    """Give the same grammar in Lark. Raises ValueError with a sentence for what is no GBNF."""
    names: dict[str, str] = {"root": "root"}
    try:
        return str(gbnf_to_lark(_PIECE.sub(lambda piece: _plain(piece, names), grammar)))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    except Exception as error:  # the converter raises bare Exceptions of its own
        own = {rule: name for name, rule in names.items()}
        sentence = _RULE.sub(lambda rule: own.get(rule[0], rule[0]), str(error))
        raise ValueError(" ".join(sentence.split())) from error


def _plain(match: re.Match[str], names: dict[str, str]) -> str:
    kind, text = match.lastgroup, match.group()
    if kind == "name":  # the converter folds case and has names of its own
        return names.setdefault(text, f"rule{len(names)}")
    if kind == "times":
        return text
    if kind == "any":
        return '(. | "\\n")'
    if kind == "comment":
        return ""
    text = _CODE.sub(_character, text)
    return _SET_OPERATOR.sub(lambda found: f"{found[0][0]}\\x{ord(found[0][1]):02x}", text) if kind == "set" else text


def _character(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    if code is None:
        return match[0]
    number = int(code, 16)
    if number > 0x10FFFF or 0xD800 <= number < 0xE000:
        raise ValueError(f"{match[0]} is no character")
    return chr(number) if number >= 0x80 else f"\\x{number:02x}"
