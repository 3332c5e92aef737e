"""Values of every JSON type for arguments and documents, and how a request writes them; knows no tool."""

import json
from typing import Any

from training.names import Source
from training.words import (
    ADJECTIVES,
    CITIES,
    COMMON,
    CURRENCIES,
    DAYS,
    FIRST,
    GLUE,
    LANGUAGES,
    LAST,
    MONTHS,
    NOUNS,
    SENTENCES,
    VERBS,
)

Value = Any  # a JSON value

_ACCENTED = "éèüöäñçøåßłšžćõê"
_OTHER = ["東京", "大阪", "Привет", "Москва", "Αθήνα", "서울", "😀", "🚀", "☕", "→", "€"]


def name_word(src: Source) -> str:
    """An invented proper name, capitalised."""
    return src.word().capitalize()


def city(src: Source) -> str:
    """A city, real or invented."""
    if src.held or src.chance(0.6):
        tail = " " + name_word(src) if src.chance(0.12) else ""
        return name_word(src) + tail
    return src.pick(CITIES)


def person(src: Source) -> str:
    """A person's name, real or invented, with or without a family name."""
    first = name_word(src) if src.held or src.chance(0.5) else src.pick(FIRST)
    if src.chance(0.55):
        return first
    return first + " " + (name_word(src) if src.held or src.chance(0.5) else src.pick(LAST))


def code(src: Source) -> str:
    """An id: letters, digits and dashes, such as A7-93kx or ORD-1042."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    roll = src.rng.random()
    if roll < 0.3:
        head = "".join(src.pick(letters) for _ in range(src.rng.randint(1, 3))).upper()
        return f"{head}{src.pick(['-', '', '_'])}{src.rng.randint(1, 99999)}"
    if roll < 0.5:
        return "".join(src.pick("0123456789abcdef") for _ in range(src.rng.randint(4, 8)))
    pool = letters + letters.upper() + "0123456789" * 3
    parts = ["".join(src.pick(pool) for _ in range(src.rng.randint(2, 5))) for _ in range(src.rng.randint(1, 3))]
    return "-".join(parts)


def email(src: Source) -> str:
    """An e-mail address."""
    user = src.word() if src.held or src.chance(0.6) else src.pick(FIRST).lower()
    if src.chance(0.3):
        user += src.pick([".", "_", ""]) + src.pick([src.word(), str(src.rng.randint(1, 99))])
    host = src.word() if src.held or src.chance(0.5) else src.pick(["example", "mail", "test", "corp", "acme"])
    return f"{user}@{host}.{src.pick(['com', 'org', 'net', 'io', 'de', 'fr'])}"


def date(src: Source) -> str:
    """A date as 2024-05-17, 17 May 2024, May 17 or a day's name."""
    rng = src.rng
    roll = rng.random()
    if roll < 0.6:
        return f"{rng.randint(1990, 2035)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    if roll < 0.75:
        return f"{rng.randint(1, 28)} {src.pick(MONTHS)} {rng.randint(1990, 2035)}"
    return f"{src.pick(MONTHS)} {rng.randint(1, 28)}" if roll < 0.85 else src.pick(DAYS)


def clock(src: Source) -> str:
    """A time of day such as 07:30."""
    if src.chance(0.2):
        return f"{src.rng.randint(1, 12)} {src.pick(['am', 'pm'])}"
    return f"{src.rng.randint(0, 23):02d}:{src.pick(['00', '15', '30', '45', str(src.rng.randint(10, 59))])}"


def url(src: Source) -> str:
    """A web address."""
    path = "".join("/" + src.word() for _ in range(src.rng.randint(0, 2)))
    return f"http{src.pick(['s', ''])}://{src.pick(['', 'www.'])}{src.word()}.{src.pick(['com', 'org', 'io'])}{path}"


def path(src: Source) -> str:
    """A file path or file name."""
    folders = "".join(src.word() + "/" for _ in range(src.rng.randint(0, 2)))
    stem = src.word() if src.held or src.chance(0.6) else src.pick(NOUNS)
    root = src.pick(["/", "", "", "./"]) if folders else ""
    return f"{root}{folders}{stem}.{src.pick(['txt', 'pdf', 'csv', 'md', 'py', 'json', 'log', 'png'])}"


def phrase(src: Source) -> str:
    """One to four plain words, real and invented mixed."""
    if not src.held and src.chance(0.3):
        return src.pick(COMMON)
    count = src.rng.choices((1, 2, 3, 4), (30, 40, 20, 10))[0]
    real = [ADJECTIVES, NOUNS, COMMON]
    return " ".join(
        src.word() if (src.held and index == 0) or src.chance(0.55) else src.pick(src.pick(real))
        for index in range(count)
    )


def sentence(src: Source) -> str:
    """A short sentence with punctuation and apostrophes."""
    if not src.held and src.chance(0.25):
        return src.pick(SENTENCES)
    words = [src.pick(["The", "A", "My", "Our", "This", "Don't", "It's", "I'm"])]
    for _ in range(src.rng.randint(2, 6)):
        lists = src.pick([ADJECTIVES, NOUNS, VERBS, GLUE])
        words.append(src.word() if src.chance(0.35) else src.pick(lists))
    if src.chance(0.15):
        words[-2] += ","
    if src.chance(0.1):
        words[-1] += f" {src.rng.randint(1, 999)}"
    return " ".join(words) + src.pick(["", "", ".", "!", "?"])


def title(src: Source) -> str:
    """Two or three capitalised words."""
    return " ".join(
        name_word(src)
        if (src.held and i == 0) or src.chance(0.5)
        else src.pick(src.pick([ADJECTIVES, NOUNS])).capitalize()
        for i in range(src.rng.randint(1, 3))
    )


def foreign(src: Source) -> str:
    """A word with letters beyond ASCII."""
    if src.chance(0.25):
        return src.pick(_OTHER) + ("" if src.chance(0.5) else " " + src.word())
    word = list(name_word(src))
    for _ in range(src.rng.randint(1, 2)):
        word[src.rng.randrange(1, len(word))] = src.pick(_ACCENTED)
    return "".join(word)


def integer(src: Source) -> int:
    """An integer of one to seven digits, sometimes negative."""
    digits = src.rng.choices((1, 2, 3, 4, 5, 6, 7), (22, 30, 20, 12, 8, 4, 4))[0]
    number = src.rng.randint(0 if digits == 1 else 10 ** (digits - 1), 10**digits - 1)
    return -number if src.chance(0.07) else number


def small(src: Source) -> int:
    """A small count, 1 to 20 mostly."""
    return src.rng.randint(1, 20) if src.chance(0.7) else src.rng.randint(21, 365)


def decimal(src: Source) -> float:
    """A number with one to three decimals, sometimes a whole number."""
    number = round(src.rng.uniform(0, src.pick([1, 10, 100, 1000])), src.rng.randint(1, 3))
    return -number if src.chance(0.08) and number else number


def digits(src: Source) -> str:
    """A string of digits mostly: a number in quotes, a phone number, a version."""
    rng = src.rng
    roll = rng.random()
    if roll < 0.4:
        return str(rng.randint(1, 10 ** rng.randint(1, 6)))
    if roll < 0.7:
        return src.pick(["", "+", "0"]) + "-".join(str(rng.randint(10, 9999)) for _ in range(rng.randint(2, 3)))
    return src.pick(["", "v"]) + ".".join(str(rng.randint(0, 30)) for _ in range(rng.randint(2, 3)))


STRINGS = {
    "city": city,
    "person": person,
    "code": code,
    "email": email,
    "date": date,
    "clock": clock,
    "url": url,
    "path": path,
    "phrase": phrase,
    "sentence": sentence,
    "title": title,
    "foreign": foreign,
    "word": Source.word,
    "name": name_word,
    "digits": digits,
}
_STRING_WEIGHTS = {
    "word": 20,
    "name": 16,
    "phrase": 14,
    "title": 8,
    "city": 6,
    "person": 8,
    "code": 10,
    "sentence": 7,
    "email": 4,
    "date": 4,
    "clock": 2,
    "url": 2,
    "path": 4,
    "foreign": 3,
    "digits": 4,
}
_KINDS, _WEIGHTS = list(_STRING_WEIGHTS), list(_STRING_WEIGHTS.values())


def string(src: Source) -> str:
    """A string of any kind."""
    return STRINGS[src.rng.choices(_KINDS, _WEIGHTS)[0]](src)


def of_kind(src: Source, kind: str) -> Value:
    """A value of a named kind: a key of STRINGS, or a number kind, a language, a currency."""
    if kind in STRINGS:
        return STRINGS[kind](src)
    if kind in ("string", "int", "small", "float"):
        return {"string": string, "int": integer, "small": small, "float": decimal}[kind](src)
    if kind == "language":
        return src.pick(LANGUAGES)
    if kind == "currency":
        return src.pick(CURRENCIES)
    raise ValueError(kind)


def is_plain(text: str) -> bool:
    """Whether the text can stand in a request without quotes and still be read unambiguously."""
    return len(text.split()) <= 3 and not any(char in text for char in ",!?;\"'=()") and not text.endswith(".")


def quoted(src: Source, text: str) -> str:
    """The text in double or single quotes, whichever it does not hold."""
    if '"' not in text and (src.chance(0.6) or "'" in text):
        return f'"{text}"'
    return f"'{text}'" if "'" not in text else json.dumps(text, ensure_ascii=False)


def written(src: Source, value: Value, quote: float = 0.35) -> str:
    """The value as a request writes it."""
    if isinstance(value, bool):
        return src.pick(["true", "false"][not value :: 2]) if src.chance(0.7) else str(value)
    if isinstance(value, str):
        return value if is_plain(value) and not src.chance(quote) else quoted(src, value)
    if isinstance(value, list):
        return listed(src, value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def listed(src: Source, items: "list[Value]") -> str:
    """A list as a request writes it: [1, 2], or a, b and c."""
    if src.chance(0.4) or len(items) < 2:
        return json.dumps(items, ensure_ascii=False)
    parts = [written(src, item, 0.15) for item in items]
    if src.chance(0.4):
        return ", ".join(parts)
    return ", ".join(parts[:-1]) + " and " + parts[-1]
