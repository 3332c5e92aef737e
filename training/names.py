"""Invented words and identifiers, by the million; knows the held-out rule, and nothing of tools or requests.

The rule: a word whose CRC-32 is a multiple of 16 is never drawn for training, and only such words are drawn
for measuring. Measuring also uses another inventory of syllables, so its words look different as well.
"""

import random
import zlib
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from string import ascii_lowercase
from typing import TypeVar

from training.tongues import CONSONANTS, VOWELS, Tongue

T = TypeVar("T")
HELD_MODULUS = 16
_VOICED = VOWELS + "aeiou"

_ONSETS = [
    "b",
    "c",
    "d",
    "f",
    "g",
    "h",
    "j",
    "k",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "t",
    "v",
    "w",
    "z",
    "bl",
    "br",
    "ch",
    "cl",
    "cr",
    "dr",
    "fl",
    "fr",
    "gl",
    "gr",
    "kl",
    "kr",
    "pl",
    "pr",
    "qu",
    "sh",
    "sk",
    "sl",
    "sm",
    "sn",
    "sp",
    "st",
    "str",
    "th",
    "tr",
    "tw",
]
_VOWELS = ["a", "e", "i", "o", "u", "a", "e", "i", "o", "u", "ai", "ea", "ee", "ie", "oa", "oo", "ou", "y"]
_CODAS = [
    "",
    "",
    "",
    "",
    "",
    *[
        "b",
        "ck",
        "d",
        "g",
        "k",
        "l",
        "ll",
        "m",
        "n",
        "nd",
        "ng",
        "nk",
        "nt",
        "p",
        "r",
        "rd",
        "rk",
        "rn",
        "rt",
        "s",
        "sh",
        "sk",
        "st",
        "t",
        "th",
        "x",
        "z",
    ],
]
_HELD_ONSETS = [
    "b",
    "d",
    "f",
    "g",
    "k",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "t",
    "v",
    "z",
    "pf",
    "zw",
    "gn",
    "rh",
    "ts",
    "vl",
    "vr",
    "zh",
    "kn",
    "dw",
    "ph",
    "wr",
    "scr",
    "spl",
    "x",
    "j",
]
_HELD_VOWELS = ["a", "e", "i", "o", "u", "ae", "ei", "eo", "io", "oe", "ui", "au", "ua", "y", "uu"]
_HELD_CODAS = [
    "",
    "",
    "",
    *[
        "lb",
        "lf",
        "lk",
        "lm",
        "lp",
        "mp",
        "nch",
        "pt",
        "rb",
        "rf",
        "rg",
        "rm",
        "rp",
        "rv",
        "sp",
        "ft",
        "ks",
        "mb",
        "ns",
        "zz",
        "n",
        "r",
        "t",
        "v",
        "j",
    ],
]


def is_held(word: str) -> bool:
    """Whether the word belongs to measuring and never to training."""
    return zlib.crc32(word.encode()) % HELD_MODULUS == 0


@dataclass
class Source:
    """A seeded stream of choices; `held` turns it from training's words to measuring's."""

    rng: random.Random
    held: bool = False
    recent: deque[str] = field(default_factory=lambda: deque(maxlen=12))
    tongue: Tongue | None = None

    def moves(self) -> None:
        """Another invented language from here on: its words share few syllables, and begin alike often."""
        self.tongue = Tongue.drawn(self.rng)

    def allows(self, word: str) -> bool:
        """Whether the held-out rule lets this stream draw the word."""
        return is_held(word) == self.held

    def chance(self, p: float) -> bool:
        """True with probability p."""
        return self.rng.random() < p

    def pick(self, options: Sequence[T]) -> T:
        """One of the options, each as likely."""
        return options[int(self.rng.random() * len(options))]

    def word(self) -> str:
        """An invented lower-case word of 3 to about 12 letters, within the held-out rule."""
        while True:
            word = self._drawn()
            if 3 <= len(word) <= 13 and self.allows(word):
                self.recent.append(word)
                return word

    def _drawn(self) -> str:
        """Of letters, of syllables, of sounds that no list holds, or beginning like a word drawn before."""
        roll = self.rng.random()
        if roll < 0.15:
            return self._letters()
        if self.held or roll < 0.28:
            return self._syllables()
        if self.tongue and roll < 0.70:
            return self.tongue.word(self.rng)
        if roll < 0.87 or not self.recent:
            return self._sounds()
        before = self.pick(self.recent)
        return (
            before[: self.rng.randint(1, len(before) - 1)] + self.pick([self._sounds, self._syllables, self._letters])()
        )

    def _sounds(self) -> str:
        """Any consonants around any vowels: of a list of syllables a small model learns the list, and not to copy."""
        return "".join(
            self._some(CONSONANTS, (15, 50, 27, 8))
            + self._some(_VOICED, (0, 70, 30))
            + self._some(CONSONANTS, (40, 35, 25))
            for _ in range(self.rng.choices((1, 2, 3, 4), (15, 50, 28, 7))[0])
        )

    def _some(self, letters: str, weights: tuple[int, ...]) -> str:
        """As many of the letters as the weights of 0, 1, 2 ... say."""
        return "".join(self.pick(letters) for _ in range(self.rng.choices(range(len(weights)), weights)[0]))

    def _syllables(self) -> str:
        onsets, vowels, codas = (_HELD_ONSETS, _HELD_VOWELS, _HELD_CODAS) if self.held else (_ONSETS, _VOWELS, _CODAS)
        count = self.rng.choices((1, 2, 3, 4), (15, 50, 28, 7))[0]
        return "".join(self.pick(onsets) + self.pick(vowels) + self.pick(codas) for _ in range(count))

    def _letters(self) -> str:
        return "".join(self.pick(ascii_lowercase) for _ in range(self.rng.randint(3, 8)))

    def identifier(self, real: "list[str] | None" = None, longest: int = 3, share: float = 0.4) -> str:
        """An identifier of 1 to `longest` parts, each a real word with probability `share`, in a random style."""
        while True:
            weights = (35, 45, 17, 3)[:longest]
            count = self.rng.choices(range(1, longest + 1), weights)[0]
            parts = [self.pick(real) if real and self.chance(share) else self.word() for _ in range(count)]
            if self.chance(0.06):
                parts[-1] += str(self.rng.randint(1, 99))
            name = self.styled(parts)
            if self.allows(name):
                return name

    def styled(self, parts: list[str]) -> str:
        """The parts as one identifier: snake_case mostly, camelCase, PascalCase or UPPER_CASE."""
        roll = self.rng.random()
        if roll < 0.70:
            return "_".join(parts)
        if roll < 0.93:
            return parts[0] + "".join(part.capitalize() for part in parts[1:])
        return "".join(part.capitalize() for part in parts)


def spoken(name: str) -> str:
    """The identifier as a person says it: `user_name` and `userName` become `user name`."""
    out = []
    for index, char in enumerate(name):
        if char == "_":
            out.append(" ")
        elif char.isupper() and index and name[index - 1].islower():
            out.append(" " + char.lower())
        else:
            out.append(char.lower() if char.isupper() and index == 0 and name[1:2].islower() else char)
    return "".join(out)
