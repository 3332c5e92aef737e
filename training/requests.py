"""How a person asks for a call of an invented tool: explicit, in words, or by values alone; knows no conversation."""
# ruff: noqa: E501, SIM905  (lists of phrases read better as long lines of text)

import json
from typing import Any

from training.names import Source, spoken
from training.tools import Parameter, Tool
from training.values import written
from training.words import ADJECTIVES, EVERYDAY, GLUE, NOUNS, VERBS

_OPENERS = (
    "Call|Please call|Use|Run|Invoke|Execute|Please run|Please use|I want you to call|Go ahead and run|Try|Now call|Do|"
    "Could you call|Can you run|Can you use|I need you to run|Let's call|Let's run|Make a call to|Trigger|Fire|Apply|"
    "I'd like you to use|Would you run|You should call|Perform|Start|call|run|use|Use the tool|Call the function|"
    "Run the tool|Use the function|Call the tool|Please invoke|Please execute|Kindly run|Hey, run|Hi, please call"
).split("|")
_PAIRS = (
    "{n}={v}|{n}={v}|{n} = {v}|{n}: {v}|{n}: {v}|{n} {v}|{n} {v}|{n} is {v}|{n} set to {v}|set {n} to {v}|{n} to {v}|{n} at {v}|{v} as {n}|{v} as the {n}|{n} of {v}|"
    "the {n} {v}|{n} being {v}|{n} equal to {v}|{v} for {n}|{v} for the {n}|the {n} is {v}|{n} should be {v}|a {n} of {v}|{n} -> {v}"
).split("|")
_JOINS = [", ", ", ", " and ", "; ", ", and "]
_LEADS = [
    " with ",
    " with ",
    " with ",
    " for ",
    ": ",
    " using ",
    " where ",
    " given ",
    ", ",
    " on ",
    " taking ",
    " and ",
]
_TAILS = [
    "",
    "",
    "",
    "",
    ".",
    ".",
    " please",
    " please.",
    ", please.",
    " now",
    " for me",
    ", thanks.",
    "!",
    " right away.",
]
_POLITE = (
    "|||||Please |Can you |Could you |I want to |I need to |Hey, |I'd like to |Help me |Would you |Let's |Now |Hi, "
).split("|")
_TIES = [" ", " ", " for ", " of ", " on ", " with ", " to ", " using ", " from ", " in ", ": ", " at "]
_SETTINGS = (
    "set {n} to {v}|{n} is {v}|{n} should be {v}|use {v} for {n}|use {v} as {n}|put {n} at {v}|let {n} be {v}|{n} must be {v}|"
    "the {n} is {v}|the {n} should be {v}|pass {v} as {n}|give {n} the value {v}|{n}={v}|{n}: {v}|choose {v} for {n}|take {v} as the {n}"
).split("|")
_FILLERS = (
    "please,I,you,we,my,your,it,is,are,was,be,would,could,should,can,will,want,need,like,glad,kind,now,then,also,just,only,what,"
    "how,when,where,which,who,that,this,these,there,here,goes,gets,takes,becomes,holds,equals,means,says,given,based,called,"
    "going,done,value,input,parameter,argument,field,option,tool,function,job,favour,thing,way,simple,possible,asked,hand,feed,"
    "me,us,them,somebody,everyone,again,soon,first,last,next,have,has,had,do,does,did,not,so,as,at,into,upon,via,per,through"
).split(",")
_BEFORE = (
    "Hi there!|Hello!|Good morning.|I have a job for you.|One more thing:|Quick question:|Okay,|Next,|Great.|Thanks.|Now this:|"
    "Here is the next task.|I need your help.|Alright.|Sorry to bother you.|First of all,|Well,|So,|Listen,|Task:|It is late today."
).split("|")
_AFTER = (
    "Thank you!|It is urgent.|That is all.|I am in a hurry.|Take your time.|Thanks in advance.|Let me know.|Be quick.|"
    "I need it today.|Tell me the result.|Do it now.|My boss wants it.|Can you do that?|What do you get?|That would be great."
).split("|")
_BOOLEANS = {
    True: ["{n} on", "{n} enabled", "enable {n}", "{n} yes", "turn {n} on", "{n} true"],
    False: ["{n} off", "{n} disabled", "disable {n}", "{n} no", "turn {n} off", "{n} false"],
}


def request(src: Source, tool: Tool, arguments: dict[str, Any]) -> str:
    """One request for one call, now and then between sentences that say nothing."""
    text = core(src, tool, arguments)
    if src.chance(0.05):
        text = f"{src.pick(_BEFORE)} {text}"
    if src.chance(0.05):
        text = (text if text[-1] in ".!?" else text + ".") + " " + src.pick(_AFTER)
    return text


def core(src: Source, tool: Tool, arguments: dict[str, Any]) -> str:
    """The request itself."""
    if not arguments:
        return bare(src, tool)
    roll = src.rng.random()
    if roll < 0.3 and not src.held:
        return scrambled(src, tool, arguments)
    if roll < 0.62:
        return explicit(src, tool, arguments)
    if roll < 0.68:
        return terse(src, tool, arguments)
    return natural(src, tool, arguments)


def bare(src: Source, tool: Tool) -> str:
    """A request without arguments."""
    if src.chance(0.5):
        return capital(f"{src.pick(_OPENERS)} {called(src, tool)}{src.pick(_TAILS)}")
    return capital(src.pick(_POLITE) + purpose(src, tool)) + src.pick(_TAILS)


def explicit(src: Source, tool: Tool, arguments: dict[str, Any]) -> str:
    """The tool by name, the arguments with or without their names."""
    head = f"{src.pick(_OPENERS)} {called(src, tool)}"
    if src.chance(0.15):
        return in_sentences(src, tool, arguments, head)
    if src.chance(0.25):
        text = f"{head}{src.pick(_TIES)}{positional(src, tool, arguments)}"
    elif src.chance(0.12):
        lead = src.pick(["With", "Using", "For", "Given"])
        text = f"{lead} {named(src, tool, arguments)}, {head[0].lower() + head[1:]}"
    else:
        text = head + src.pick(_LEADS) + named(src, tool, arguments)
    return capital(text) + src.pick(_TAILS)


def in_sentences(src: Source, tool: Tool, arguments: dict[str, Any], head: str) -> str:
    """Call and arguments in sentences of their own: `Use f. Set a to 1 and b to 2.`"""
    style = src.pick(_SETTINGS)
    parts = [style.format(n=name, v=written(src, value, 0.5)) for name, value in arguments.items()]
    joined = src.pick([" and ", ", ", ", and "]).join(parts)
    if src.chance(0.3):
        joined = ". ".join(map(capital, parts))
    if src.chance(0.35):
        return f"{capital(joined)}{src.pick([', then ', ' and then ', ' and '])}{head[0].lower() + head[1:]}{src.pick(_TAILS)}"
    return f"{capital(head)}. {capital(joined)}{src.pick(['.', '', '.'])}"


def filler(src: Source, most: int) -> str:
    """One to `most` words of any sort, so that no phrasing is relied on."""
    lists = [GLUE, GLUE, VERBS, NOUNS, ADJECTIVES, EVERYDAY, EVERYDAY, _FILLERS, _FILLERS]
    return " ".join(src.pick(src.pick(lists)) for _ in range(src.rng.randint(1, most)))


def scrambled(src: Source, tool: Tool, arguments: dict[str, Any]) -> str:
    """Names beside values and the tool somewhere, between words of any sort."""
    tie = src.pick([filler(src, 3), filler(src, 2), ""])
    open_, close = src.pick([(" ", ""), (" ", ""), (": ", ""), (" (", ")"), (" = ", ""), (", ", "")])
    between = f" {tie}{open_}" if tie else open_
    backwards = src.chance(0.4)
    parts = []
    for name, value in arguments.items():
        shown = written(src, value, 0.95 if isinstance(value, str) and " " in value else 0.4)
        first, second = (shown, name) if backwards else (name, shown)
        parts.append(f"{first}{between}{second}{close}")
    if src.chance(0.25) and tells_by_place(tool, arguments):
        parts = bare_values(src, arguments, 0.6)
    body = src.pick([", ", " and ", "; ", f" {filler(src, 2)} "]).join(parts)
    before, after = (filler(src, 6) if src.chance(0.8) else "", filler(src, 4) if src.chance(0.5) else "")
    name = called(src, tool)
    if src.chance(0.45):
        lead = filler(src, 3) if src.chance(0.7) else ""
        text = f"{lead} {body}{src.pick(['. ', ', ', ' ', ' and ', ' then '])}{before} {name} {after}"
    else:
        end = src.pick([", ", " ", " - "]) + filler(src, 3) if src.chance(0.3) else ""
        text = f"{before} {name}{src.pick([' ', ' ', ': ', '; ', ', ', '. '])}{after} {body}{end}"
    return capital(" ".join(text.split(" ")).strip().replace("  ", " ")) + src.pick(["", ".", "?", "!"])


def terse(src: Source, tool: Tool, arguments: dict[str, Any]) -> str:
    """Almost a call: `f: a is 1`, `f(1, 2)`, `f a=1`."""
    if src.chance(0.4):
        inner = ", ".join(bare_values(src, arguments, 0.7))
        if src.chance(0.6) or not tells_by_place(tool, arguments):
            inner = ", ".join(f"{name}={written(src, value, 0.7)}" for name, value in arguments.items())
        return f"{tool.name}({inner})"
    body = named(src, tool, arguments) if src.chance(0.7) else positional(src, tool, arguments)
    return tool.name + src.pick([": ", " ", " - ", ", ", " -> "]) + body


def natural(src: Source, tool: Tool, arguments: dict[str, Any]) -> str:
    """By the tool's purpose in words, arguments by value or by name."""
    what = purpose(src, tool)
    body = positional(src, tool, arguments) if src.chance(0.6) else named(src, tool, arguments)
    tie = src.pick(_TIES) if src.chance(0.8) else src.pick(_LEADS)
    roll = src.rng.random()
    if roll < 0.12:
        return f"{src.pick(['What is', 'What about', 'Give me', 'I need', 'Show me', 'Tell me'])} the {what}{tie}{body}{src.pick(['', '.', '?'])}"
    if roll < 0.18:
        return capital(f"{body}: {what}")
    if roll < 0.25:
        return f"{capital(src.pick(['for', 'with', 'using']))} {body}, {what}{src.pick(_TAILS)}"
    return capital(src.pick(_POLITE) + what + tie + body) + src.pick([*_TAILS, "?"])


def called(src: Source, tool: Tool) -> str:
    """The tool's name as the request gives it."""
    roll = src.rng.random()
    if roll < 0.72:
        return tool.name
    if roll < 0.82:
        return src.pick(["`{}`", '"{}"', "'{}'", "the {} tool", "the {} function", "{}()"]).format(tool.name)
    return spoken(tool.name)


def purpose(src: Source, tool: Tool) -> str:
    """What is to be done: the name in words, or the description."""
    if tool.description and src.chance(0.4):
        text = tool.description.rstrip(".")
        return text[0].lower() + text[1:]
    return spoken(tool.name) if src.chance(0.6) else tool.name


def named(src: Source, tool: Tool, arguments: dict[str, Any]) -> str:
    """The arguments with their names, mostly in one style, sometimes in another order."""
    items = list(arguments.items())
    if src.chance(0.25):
        src.rng.shuffle(items)
    one = src.pick(_PAIRS) if src.chance(0.75) else None
    by_name = {p.name: p for p in tool.parameters}
    talk = src.chance(0.35)
    parts = [pair(src, by_name[name], value, one or src.pick(_PAIRS), talk) for name, value in items]
    join = src.pick(_JOINS)
    if len(parts) > 2 and join == " and ":
        return ", ".join(parts[:-1]) + " and " + parts[-1]
    return join.join(parts)


def pair(src: Source, parameter: Parameter, value: Any, style: str, talk: bool) -> str:
    """One argument with its name."""
    name = spoken(parameter.name) if talk else parameter.name
    if isinstance(value, bool) and src.chance(0.4):
        return src.pick(_BOOLEANS[value]).format(n=name)
    spaced = isinstance(value, str) and " " in value
    return style.replace("{n}", name).replace("{v}", written(src, value, 0.7 if spaced else 0.3))


def tells_by_place(tool: Tool, arguments: dict[str, Any]) -> bool:
    """Whether the values alone say which parameter each is for: none before the last one is left out."""
    return list(arguments) == [p.name for p in tool.parameters[: len(arguments)]]


def bare_values(src: Source, arguments: dict[str, Any], quote: float) -> list[str]:
    """The values so that a reader sees where each ends: beside others, lists in brackets and texts of words in quotes."""
    if len(arguments) == 1:
        return [written(src, value, quote) for value in arguments.values()]
    return [
        json.dumps(value, ensure_ascii=False)
        if isinstance(value, list)
        else written(src, value, 1.0 if isinstance(value, str) and " " in value else quote)
        for value in arguments.values()
    ]


def positional(src: Source, tool: Tool, arguments: dict[str, Any]) -> str:
    """The values alone, in the schema's order; with their names where places do not tell."""
    if not tells_by_place(tool, arguments):
        return named(src, tool, arguments)
    parts = bare_values(src, arguments, 0.3)
    join = src.pick([" and ", ", ", " ", " with ", " to ", ", then "]) if len(parts) == 2 else ", "
    if len(parts) > 2 and src.chance(0.4):
        return ", ".join(parts[:-1]) + " and " + parts[-1]
    return join.join(parts)


def capital(text: str) -> str:
    """The first letter in upper case, unless the text begins with an identifier."""
    first = text.split(" ")[0]
    return text[0].upper() + text[1:] if first.isalpha() and first.islower() else text
