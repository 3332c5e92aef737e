"""Prompts that ask for a thing or for data: a JSON document with fitting values, or one plain sentence.

The prompt names no schema: a grammar may force any keys and types later, so keys here are arbitrary and values fit them.
"""
# ruff: noqa: E501, SIM905  (lists of phrases read better as long lines of text)

import json
from typing import Any

from training import values
from training.names import Source
from training.words import ADJECTIVES, NOUNS, THINGS

_ABOUT = (
    "Tell me about a {}|Tell me about a {}.|Describe a {}|Describe a {}.|Give me a {}|Tell me something about a {}|Invent a {}|"
    "Make up a {}|Create a {}|Tell me about the {}|Describe the {}.|I need a {}|Write about a {}|Please describe a {}|"
    "Give me an example of a {}|Imagine a {}|What is a {}?|Show me a {}|Generate a {}|Can you tell me about a {}?|Talk about a {}"
).split("|")
_JSON = (
    "Give me a JSON document about a {}|Describe a {} as JSON|A {} in JSON|JSON for a {}|Write JSON about a {}|Return JSON for a {}|"
    "Give me a {} as a JSON object|Generate JSON for a {}.|Answer in JSON: a {}|Create a JSON object for a {}"
).split("|")
_FITTING = (
    "name:title|team_name:title|title:title|full_name:person|first_name:name|last_name:name|author:person|owner:person|coach:person|"
    "score:small|points:small|age:small|count:small|size:small|wins:small|losses:small|rank:small|level:small|price:money|cost:money|"
    "year:year|founded:year|born:year|city:city|location:city|country:name|address:city|home:city|email:email|date:date|"
    "birthday:date|time:clock|color:color|type:word|kind:word|category:word|status:word|genre:word|id:int|number:int|population:int|"
    "weight:float|height:float|rating:float|length:float|temperature:float|speed:float|active:bool|is_open:bool|available:bool|"
    "enabled:bool|tags:words|players:persons|colors:words|members:persons|items:words|hobbies:words|description:sentence|"
    "summary:sentence|note:sentence|url:url|website:url|code:code|phone:code|language:language|currency:currency|"
    "sport:word|species:word|breed:word|material:word|brand:name|model:code|quantity:small|stock:small|scores:ints|numbers:ints"
).split("|")


def fitting(src: Source, kind: str) -> Any:
    """A value of the kind."""
    match kind:
        case "bool":
            return src.chance(0.5)
        case "money":
            return round(src.rng.uniform(1, 500), 2) if src.chance(0.5) else src.rng.randint(1, 999)
        case "year":
            return src.rng.randint(1850, 2025)
        case "color":
            return src.pick(ADJECTIVES[:6])
        case "words" | "persons" | "ints":
            return [fitting(src, kind[:-1]) for _ in range(src.rng.randint(1, 3))]
        case "int":
            return src.rng.randint(1, 9999)
        case "word":
            return src.pick(ADJECTIVES + NOUNS) if src.chance(0.6) else src.word()
        case "sentence":
            return f"A {src.pick(ADJECTIVES)} {src.pick(NOUNS)}."
    return values.of_kind(src, kind)


def document(src: Source, nested: bool = True) -> dict[str, Any]:
    """One to five keys with fitting values; now and then an invented key, or a small object."""
    out: dict[str, Any] = {}
    for _ in range(src.rng.choices((1, 2, 3, 4, 5), (10, 24, 34, 20, 12))[0]):
        if src.chance(0.75):
            key, kind = src.pick(_FITTING).split(":")
            if src.chance(0.12):
                key = src.pick(NOUNS) + "_" + key
        else:
            key, kind = (
                src.identifier(NOUNS, 2, 0.4),
                src.pick(["title", "small", "int", "float", "bool", "word", "words", "ints"]),
            )
        out[key] = document(src, False) if nested and src.chance(0.05) else fitting(src, kind)
    return out


def dumped(src: Source, value: Any) -> str:
    """JSON, compact or with spaces."""
    separators = (",", ":") if src.chance(0.5) else (", ", ": ")
    return json.dumps(value, ensure_ascii=False, separators=separators)


def document_turn(src: Source) -> tuple[str, str]:
    """A prompt about a thing with a sentence or a document, or an extraction.

    Documents made up from nothing are rare: what nobody can know loses a hundred times what a call does, and its
    gradients drown the others'."""
    if src.chance(0.5):
        return extraction(src)
    thing = src.pick(THINGS) if src.chance(0.8) else src.word()
    if src.chance(0.15):
        thing = src.pick(ADJECTIVES) + " " + thing
    if src.chance(0.03):
        return src.pick(_JSON).format(thing), dumped(src, document(src))
    prompt = src.pick(_ABOUT).format(thing)
    if thing[0] in "aeiou":
        prompt = prompt.replace(" a " + thing, " an " + thing)
    article = "An" if thing[0] in "aeiou" else "A"
    if src.chance(0.03):
        return prompt, dumped(src, document(src))
    return prompt, f"{article} {thing} is a fine thing to talk about."


_FACTS = {
    "name": ["{} "],
    "age": ["is {} years old", "is {}", "aged {}", "({} years)"],
    "city": ["lives in {}", "from {}", "living in {}", "who lives in {}"],
    "email": ["email {}", "can be reached at {}", "mail {}"],
    "job": ["works as a {}", "is a {} by trade", "job: {}"],
}
_EXTRACT = [
    "Extract: {}",
    "Extract the data: {}",
    "Extract JSON: {}",
    "Get the facts as JSON: {}",
    "Parse: {}",
    "Turn into JSON: {}",
    "Extract the person: {}",
    "Make JSON of this: {}",
    "{} Extract as JSON.",
]


def extraction(src: Source) -> tuple[str, str]:
    """A sentence of facts and the document that holds them."""
    if src.chance(0.3):
        pairs = {
            src.identifier(NOUNS, 2, 0.5): src.pick([values.string, values.small, values.integer])(src)
            for _ in range(src.rng.randint(1, 4))
        }
        style = src.pick(["{} is {}", "{}: {}", "{} = {}", "the {} is {}"])
        body = src.pick([", ", "; ", " and "]).join(style.format(k, v) for k, v in pairs.items())
        return src.pick(_EXTRACT).format(body), dumped(src, pairs)
    name = values.person(src)
    person: dict[str, Any] = {"name": name}
    parts = []
    keys = src.rng.sample(["age", "city", "email", "job"], src.rng.randint(1, 3))
    for key in keys:
        kinds = {"age": src.rng.randint(1, 99), "city": values.city(src), "email": values.email(src), "job": src.word()}
        person[key] = kinds[key]
        parts.append(src.pick(_FACTS[key]).format(person[key]))
    joined = parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
    return src.pick(_EXTRACT).format(f"{name} {joined}"), dumped(src, person)
