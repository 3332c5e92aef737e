"""Invented tools: names, parameters and descriptions; knows schemas and values, and no phrasing of requests."""

from dataclasses import dataclass, field
from typing import Any

from training import values
from training.names import Source, spoken
from training.words import ENUMS, NOUNS, PARAMETERS, VERBS

Value = Any


@dataclass
class Parameter:
    """A parameter: its name, JSON Schema, and the kind of value it draws."""

    name: str
    schema: dict[str, Any]
    kind: str
    required: bool = True

    def draw(self, src: Source) -> Value:
        """A value that fits the schema."""
        return drawn(src, self.schema, self.kind)


@dataclass
class Tool:
    """A tool as the generators see it."""

    name: str
    description: str
    parameters: list[Parameter] = field(default_factory=list)

    def as_openai(self) -> dict[str, Any]:
        """The tool in OpenAI's shape."""
        schema: dict[str, Any] = {"type": "object", "properties": {p.name: p.schema for p in self.parameters}}
        schema["required"] = [p.name for p in self.parameters if p.required]
        function = {"name": self.name, "description": self.description, "parameters": schema}
        return {"type": "function", "function": function}


def drawn(src: Source, schema: dict[str, Any], kind: str) -> Value:
    """A value for the schema; strings of the given kind."""
    if "enum" in schema:
        return src.pick(schema["enum"])
    match schema["type"]:
        case "integer":
            if kind == "addend" and src.chance(0.6):
                return src.rng.randint(0, 99)
            return values.small(src) if kind == "small" else values.integer(src)
        case "number":
            return values.decimal(src) if src.chance(0.75) else values.integer(src)
        case "boolean":
            return src.chance(0.5)
        case "array":
            size = src.rng.choices((1, 2, 3, 4), (10, 40, 35, 15))[0]
            return [drawn(src, schema["items"], kind) for _ in range(size)]
        case "object":
            return {name: drawn(src, item, "string") for name, item in schema["properties"].items()}
    return values.of_kind(src, kind)


def parameter_name(src: Source) -> str:
    """A parameter's name: invented, or a usual one."""
    while True:
        if not src.held and src.chance(0.35):
            name = src.pick(PARAMETERS)
        elif src.chance(0.04):
            name = src.pick("abcdefghijklmnopqrstuvwxyz")
        else:
            name = src.identifier(NOUNS, longest=2, share=0.25)
        if src.allows(name):
            return name


_SCALARS = ("string", "integer", "number", "boolean")
_MEASURED_KINDS, _TAUGHT_KINDS = (0.80, 0.89, 0.96), (0.70, 0.79, 0.91)
"""Of a hundred parameters, how many are scalars, then with enums, then with lists; the rest are objects. Training has
more of what is hard than measuring."""
_MEASURED_COUNTS, _TAUGHT_COUNTS = (6, 34, 32, 17, 7, 4), (5, 24, 28, 21, 13, 9)
"""How often a tool has 0 to 5 parameters."""
_STRING_KINDS = ("string", "word", "name", "phrase", "title", "city", "person", "code", "sentence")


def schema_of(src: Source, nested: bool = True) -> tuple[dict[str, Any], str]:
    """A JSON Schema and a kind of value for it."""
    roll = src.rng.random()
    scalar, enum, array = _MEASURED_KINDS if src.held else _TAUGHT_KINDS
    if roll < scalar or not nested:
        kind = src.rng.choices(_SCALARS, (56, 27, 8, 9))[0]
        detail = src.pick(_STRING_KINDS) if src.chance(0.5) else "string"
        return {"type": kind}, detail if kind == "string" else kind
    if roll < enum:
        options = (
            src.pick(ENUMS).split()
            if not src.held and src.chance(0.5)
            else [src.word() for _ in range(src.rng.randint(2, 4))]
        )
        return {"type": "string", "enum": options}, "enum"
    if roll < array:
        item = src.rng.choices(_SCALARS[:3], (65, 28, 7))[0]
        return {"type": "array", "items": {"type": item}}, src.pick(["word", "name", "phrase"])
    names = {parameter_name(src): schema_of(src, nested=False)[0] for _ in range(src.rng.randint(1, 2))}
    return {"type": "object", "properties": names, "required": list(names)}, "object"


def description(src: Source, name: str, parameters: list[Parameter]) -> str:
    """What an invented tool is said to do; often its name in words, sometimes nothing."""
    words = spoken(name)
    roll = src.rng.random()
    verb, _, rest = words.partition(" ")
    if roll < 0.15:
        return ""
    if roll < 0.45:
        return src.pick(["{} {}", "{} the {}", "{} a {}"]).format(verb.capitalize(), rest or src.pick(NOUNS))
    if roll < 0.60:
        return f"{verb.capitalize()}s {src.pick(['the', 'a', 'one'])} {rest or src.pick(NOUNS)}" + src.pick(["", "."])
    if roll < 0.75:
        listed = " and ".join(spoken(p.name) for p in parameters[:2]) or src.pick(NOUNS)
        return f"{src.pick(VERBS).capitalize()} {src.pick(['something by', 'it from', 'with', 'using'])} {listed}"
    if roll < 0.9:
        return (
            f"{src.pick(VERBS).capitalize()} the {src.word() if src.chance(0.5) else src.pick(NOUNS)} {src.pick(NOUNS)}"
        )
    opening = f"{src.pick(['A tool', 'Tool', 'Function', 'Use this'])} {src.pick(['to', 'that can'])}"
    return f"{opening} {src.pick(VERBS)} {src.pick(NOUNS)}s."


def invented(src: Source, most: int = 5) -> Tool:
    """A tool with an invented name and up to `most` parameters."""
    if src.chance(0.45):
        while True:
            name = src.styled([src.pick(VERBS), src.word() if src.chance(0.7) else src.pick(NOUNS)])
            if src.allows(name):
                break
    else:
        name = src.identifier(VERBS + NOUNS)
    count = min(most, src.rng.choices((0, 1, 2, 3, 4, 5), _MEASURED_COUNTS if src.held else _TAUGHT_COUNTS)[0])
    parameters: dict[str, Parameter] = {}
    while len(parameters) < count:
        schema, kind = schema_of(src)
        own = parameter_name(src)
        parameters[own] = Parameter(own, schema, kind)
    listed = list(parameters.values())
    for index in range(len(listed)):
        if index > 0 and src.chance(0.25 if src.held else 0.4):
            listed[index].required = False
    return Tool(name, description(src, name, listed), listed)
