"""Reads the regular expressions of JSON Schema: ECMA-262's, with what is often written beside (`(?i)`, `(?P<name>`,
`\\A`, `\\Z`, `\\x{..}`). Knows their letters; refuses to know where a match begins and ends."""

import re
from functools import lru_cache

from flowgen.application.schemas.character_classes import (
    DIGITS,
    LINE_ENDS,
    SPACES,
    WORDS,
    folded,
    named_class,
    property_class,
)
from flowgen.application.schemas.regular import (
    LAST,
    Again,
    Chars,
    Choice,
    Edge,
    Group,
    Look,
    Ranges,
    Regular,
    Repeat,
    Sequence,
    complement,
    joined,
)

_CLASSES = {"d": DIGITS, "w": WORDS, "s": SPACES}
_CONTROLS = {"n": 10, "r": 13, "t": 9, "f": 12, "v": 11, "0": 0, "a": 7, "e": 27}
_COUNT = re.compile(r"\{(\d+)(,)?(\d+)?\}")
_NAME = re.compile(r"\(\?P?<([A-Za-z_$][\w$]*)>")
_FLAGS = re.compile(r"\(\?([a-z]+)(?:-[a-z]+)?([:)])")
_PROPERTY = re.compile(r"[pP](?:\{\^?([^}]*)\}|([A-Z]))")
_CODE = re.compile(r"x\{([0-9a-fA-F]+)\}|u\{([0-9a-fA-F]+)\}|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})")
_PAIR = re.compile(r"\\u([dD][c-fC-F][0-9a-fA-F]{2})")
_POSIX = re.compile(r"\[:(\^?)([a-z]+):\]")
MAX_LENGTH = 100_000
MAX_DEPTH = 60


class NoPattern(ValueError):
    """A pattern that cannot be read; the message says what is wrong."""


@lru_cache(maxsize=4096)
def read_pattern(pattern: str) -> Regular:
    """Give the tree of a pattern. Raises NoPattern."""
    if len(pattern) > MAX_LENGTH:
        raise NoPattern(f"it is longer than {MAX_LENGTH} letters")
    reader = _Reader(pattern)
    tree = reader.choice()
    if reader.place < len(pattern):
        raise NoPattern(f"nothing opens the `)` at letter {reader.place}")
    return tree


class _Reader:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.place = 0
        self._groups: dict[int | str, Regular] = {}
        self._num_groups = 0
        self._depth = 0
        self._is_folding = False
        self._takes_line_ends = False

    def choice(self) -> Regular:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise NoPattern(f"its groups are nested more than {MAX_DEPTH} deep")
        options = [self._sequence()]
        while self._take("|"):
            options.append(self._sequence())
        self._depth -= 1
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def _take(self, letters: str) -> bool:
        if self.pattern.startswith(letters, self.place):
            self.place += len(letters)
            return True
        return False

    def _match(self, letters: re.Pattern[str]) -> re.Match[str] | None:
        found = letters.match(self.pattern, self.place)
        if found:
            self.place = found.end()
        return found

    def _sequence(self) -> Regular:
        parts: list[Regular] = []
        while self.place < len(self.pattern) and self.pattern[self.place] not in "|)":
            part = self._counted()
            if part is not None:
                parts.append(part)
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _counted(self) -> Regular | None:
        start = self.place
        part = self._atom()
        while part is not None and self.place < len(self.pattern):
            counts = self._counts()
            if counts is None:
                break
            if isinstance(part, Edge) and self.pattern[start] != "(":
                raise NoPattern(f"nothing is to be repeated at letter {start}")
            part = Repeat(part, *counts)
            if not self._take("?"):  # a lazy count matches the same texts
                self._take("+")
        return part

    def _counts(self) -> tuple[int, int | None] | None:
        for letter, counts in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._take(letter):
                return counts
        found = self._match(_COUNT)
        if not found:
            return None
        least = int(found[1])
        most = int(found[3]) if found[3] else None if found[2] else least
        if most is not None and most < least:
            raise NoPattern(f"its count {found[0]} ends before it begins")
        return least, most

    def _atom(self) -> Regular | None:
        letter = self.pattern[self.place]
        if letter == "(":
            return self._group()
        self.place += 1
        if letter == "[":
            return Chars(self._class())
        if letter == "\\":
            return self._escape()
        if letter in "^$":
            return Edge("start" if letter == "^" else "end")
        if letter == ".":
            return Chars(complement(() if self._takes_line_ends else LINE_ENDS))
        if letter in "*+?":
            raise NoPattern(f"nothing is to be repeated at letter {self.place - 1}")
        return self._chars(ord(letter))

    def _chars(self, code: int) -> Chars:
        return Chars(self._fold(((code, code),)))

    def _fold(self, ranges: Ranges) -> Ranges:
        return folded(ranges) if self._is_folding else ranges

    def _group(self) -> Regular | None:
        flags = self._match(_FLAGS)
        if flags:
            return self._flagged(flags)
        for opening, is_behind, is_negated in (
            ("(?=", False, False),
            ("(?!", False, True),
            ("(?<=", True, False),
            ("(?<!", True, True),
        ):
            if self._take(opening):
                return Look(self._closed(), is_behind, is_negated)
        if self._take("(?:") or self._take("(?>"):
            return self._closed()
        name = self._match(_NAME)
        if not name and not self._take("("):
            raise NoPattern(f"the group at letter {self.place}")
        if not name and self.pattern.startswith("?", self.place):
            raise NoPattern(f"the group at letter {self.place - 1} is of no known kind")
        self._num_groups += 1
        number = self._num_groups
        group = Group(number, self._closed())
        self._groups[number] = group.body
        if name:
            self._groups[name[1]] = group
        return group

    def _flagged(self, flags: re.Match[str]) -> Regular | None:
        before = self._is_folding, self._takes_line_ends
        self._is_folding |= "i" in flags[1]
        self._takes_line_ends |= "s" in flags[1]
        if set(flags[1]) - set("isu"):
            raise NoPattern(f"the flags {flags[0]!r} are not known")
        if flags[2] == ")":
            return None
        body = self._closed()
        self._is_folding, self._takes_line_ends = before
        return body

    def _closed(self) -> Regular:
        body = self.choice()
        if not self._take(")"):
            raise NoPattern("a group is not closed")
        return body

    def _escape(self) -> Regular:
        if self.place >= len(self.pattern):
            raise NoPattern("it ends in a backslash")
        letter = self.pattern[self.place]
        if letter in "bB":
            self.place += 1
            return Edge("word" if letter == "b" else "inside")
        if letter in "AzZ":
            self.place += 1
            return Edge("start" if letter == "A" else "end")
        if letter in "123456789":
            return self._again()
        if letter == "k" and (found := re.compile(r"k<(\w+)>").match(self.pattern, self.place)):
            self.place = found.end()
            group = self._groups.get(found[1])
            if not isinstance(group, Group):
                raise NoPattern(f"no group is named {found[1]!r}")
            return Again(group.number, group.body)
        return Chars(self._fold(self._escaped()))

    def _again(self) -> Regular:
        found = re.compile(r"\d+").match(self.pattern, self.place)
        number = int(found[0]) if found else 0
        if number not in self._groups:
            raise NoPattern(f"there is no group {number} before \\{number}")
        self.place += len(str(number))
        return Again(number, self._groups[number])

    def _escaped(self) -> Ranges:
        """Read what a backslash says, within a class or without."""
        letter = self.pattern[self.place]
        if letter.lower() in _CLASSES:
            self.place += 1
            ranges = _CLASSES[letter.lower()]
            return ranges if letter.islower() else complement(ranges)
        found = self._match(_PROPERTY) if letter in "pP" else None
        if found:
            is_negated = (letter == "P") != (found[0][1:3] == "{^")
            named = property_class(found[1] or found[2])
            if named is None:
                raise NoPattern(f"the class \\{found[0]} is not known")
            return complement(named) if is_negated else named
        code = self._code(letter)
        return ((code, code),)

    def _code(self, letter: str) -> int:
        found = self._match(_CODE)
        if found:
            code = int(next(digits for digits in found.groups() if digits), 16)
            if 0xD800 <= code < 0xDC00 and (low := self._match(_PAIR)):
                code = 0x10000 + ((code - 0xD800) << 10) + int(low[1], 16) - 0xDC00
            if code > LAST:
                raise NoPattern(f"\\{found[0]} is no character")
            return code
        self.place += 1
        if letter == "c" and self.place < len(self.pattern) and self.pattern[self.place].isalpha():
            self.place += 1
            return ord(self.pattern[self.place - 1]) % 32
        return _CONTROLS.get(letter, ord(letter))

    def _class(self) -> Ranges:
        is_negated = self._take("^")
        ranges: list[tuple[int, int]] = []
        is_first = True
        while is_first or not self._take("]"):
            if is_first and self._take("]"):
                break  # an empty class, as ECMA-262 has it
            is_first = False
            if self.place >= len(self.pattern):
                raise NoPattern("a class is not closed")
            ranges += self._members()
        found = self._fold(joined(ranges))
        return complement(found) if is_negated else found

    def _members(self) -> Ranges:
        posix = self._match(_POSIX)
        if posix:
            named = named_class(posix[2])
            if named is None:
                raise NoPattern(f"the class {posix[0]} is not known")
            return complement(named) if posix[1] else named
        low = self._member()
        rest = self.pattern[self.place : self.place + 2]
        if not (rest.startswith("-") and len(rest) == 2 and rest[1] != "]"):
            return low
        self.place += 1
        high = self._member()
        if len(low) != 1 or low[0][0] != low[0][1] or len(high) != 1 or high[0][0] != high[0][1]:
            return joined((*low, *high, (ord("-"), ord("-"))))
        if high[0][0] < low[0][0]:
            raise NoPattern(f"the range of a class ends before it begins, at letter {self.place - 1}")
        return ((low[0][0], high[0][0]),)

    def _member(self) -> Ranges:
        letter = self.pattern[self.place]
        self.place += 1
        if letter != "\\":
            return ((ord(letter), ord(letter)),)
        if self.place >= len(self.pattern):
            raise NoPattern("a class is not closed")
        if self.pattern[self.place] == "b":
            self.place += 1
            return ((8, 8),)
        return self._escaped()
