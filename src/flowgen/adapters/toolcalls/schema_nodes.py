"""Takes a tool's schema apart: references, unions, types, members. Knows JSON Schema's words and says, by keyword and
place, which of them it cannot hold a value to; refuses to know any grammar."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from flowgen.adapters.toolcalls.schema_merging import Conflict, are_disjoint, merged
from flowgen.adapters.toolcalls.schema_words import (
    ASSERTIONS,
    IDLE,
    KINDS,
    NEVER,
    NEVER_OF_OBJECTS,
    WORDS,
    is_of,
    is_plain_pattern,
    says_something,
)
from flowgen.domain.errors import ConstraintRefused
from flowgen.domain.values import JsonObject, JsonValue, Value


class Node(Value, frozen=True):
    """A schema inside of the tool's, its references followed.

    `pointer` is its JSON pointer; `origins` says, for one that was put together, where its words come from.
    """

    schema: Any
    pointer: str
    origins: Mapping[str, str] = {}

    @property
    def key(self) -> str:
        """Equal for nodes that allow the same, for one that was put together its words too."""
        return self.pointer + (json.dumps(self.schema) if self.origins else "")

    def place(self, *steps: str) -> str:
        """The JSON pointer of a word, or of something inside of it."""
        base = self.origins.get("/".join(steps), self.origins.get(steps[0], self.pointer))
        return base + "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)


class SchemaNodes:
    """The nodes of one tool's schema. Everything raises ConstraintRefused for the tool's field."""

    def __init__(self, root: JsonObject, field: str) -> None:
        self._root = root
        self._field = field

    def refusal(self, reason: str, node: Node, keyword: str) -> ConstraintRefused:
        return ConstraintRefused(self._field, reason, keyword=keyword, pointer=node.place(keyword))

    def refuse(self, node: Node, keywords: Iterable[str]) -> None:
        """Refuse a node that says one of these, unless it says nothing by it."""
        for keyword in keywords:
            if keyword in node.schema and not (keyword in IDLE and node.schema[keyword] in IDLE[keyword]):
                raise self.refusal("it cannot be enforced in this model's notation of calls", node, keyword)

    def arguments(self) -> list[Node]:
        """Give the nodes of a call's arguments, objects; several for a union."""
        node = self._resolved(Node(schema=self._root, pointer=""))
        self.refuse(node, ("enum", "const"))
        nodes = self.branches(node) or [node]
        for branch in nodes:
            if isinstance(branch.schema, bool):
                continue
            self.refuse(branch, ("enum", "const", "anyOf", "oneOf"))
            if "object" not in (self.types(branch) or ["object"]):
                raise self.refusal("a call's arguments are an object", branch, "type")
        return [Node(schema={}, pointer=branch.pointer) if branch.schema is True else branch for branch in nodes]

    def _resolved(self, node: Node, seen: frozenset[str] = frozenset()) -> Node:
        """Follow the references of a node and put together what it is made of."""
        if isinstance(node.schema, bool):
            return node
        if not isinstance(node.schema, dict):
            keyword = node.pointer.rpartition("/")[2]
            raise ConstraintRefused(
                self._field, "a schema is an object or a boolean", keyword=keyword, pointer=node.pointer
            )
        self.refuse(node, NEVER)
        targets = [target for word in ("$ref", "allOf") for target in self._targets(node, word, seen)]
        if not targets:
            return node
        own = {word: value for word, value in node.schema.items() if word not in ("$ref", "allOf")}
        return self._together([Node(schema=own, pointer=node.pointer, origins=node.origins), *targets], node)

    def _targets(self, node: Node, word: str, seen: frozenset[str]) -> list[Node]:
        if word not in node.schema:
            return []
        value = node.schema[word]
        if word == "$ref":
            if node.pointer in seen or not isinstance(value, str):
                raise self.refusal("it leads back to itself" if isinstance(value, str) else "no text", node, word)
            found = Node(schema=self._lookup(value, node), pointer=unquote(value[1:]))
            return [self._resolved(found, seen | {node.pointer})]
        if not isinstance(value, list) or not value:
            raise self.refusal("a list of schemas is expected", node, word)
        return [
            self._resolved(Node(schema=item, pointer=node.place(word, str(index))), seen | {node.pointer})
            for index, item in enumerate(value)
        ]

    def _lookup(self, reference: str, node: Node) -> JsonValue:
        place: Any = self._root
        if reference != "#" and not reference.startswith("#/"):
            raise self.refusal("only references into the same schema (#/...) can be followed", node, "$ref")
        for step in unquote(reference[1:]).split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            try:
                place = place[int(name)] if isinstance(place, list) else place[name]
            except (LookupError, ValueError, TypeError):
                raise self.refusal(f"{reference!r} leads nowhere", node, "$ref") from None
        return place

    def _together(self, nodes: list[Node], whole: Node) -> Node:
        says = [node for node in nodes if says_something(node.schema)]
        if not says:
            return Node(schema=True, pointer=whole.pointer)
        if len(says) == 1:
            return says[0]
        if any(node.schema is False for node in says):
            return Node(schema=False, pointer=whole.pointer)
        schema: JsonObject = {}
        origins: dict[str, str] = {}
        for node in says:
            try:
                schema = merged(schema, node.schema)
            except Conflict as conflict:
                word = str(conflict)
                place = node if word in node.schema else Node(schema=schema, pointer=whole.pointer, origins=origins)
                raise self.refusal("what stands beside it cannot be enforced together with it", place, word) from None
            origins |= _origins(node)
        return Node(schema=schema, pointer=whole.pointer, origins=origins)

    def fixed_values(self, node: Node) -> list[JsonValue] | None:
        """Give the values of an enum or a const, None where there is neither."""
        word = next((word for word in ("const", "enum") if word in node.schema), None)
        if word is None:
            return None
        others = [other for other in node.schema if other in ASSERTIONS and other not in (word, "type")]
        if others:
            raise self.refusal(f"it stands beside {others[0]}, and only one of them can be enforced", node, word)
        values = node.schema[word] if word == "enum" else [node.schema[word]]
        if not isinstance(values, list):
            raise self.refusal("a list is expected", node, word)
        kinds = self.types(node) if "type" in node.schema else None
        fitting = [value for value in values if kinds is None or any(is_of(value, kind) for kind in kinds)]
        if not fitting:
            raise self.refusal("no value is left", node, word)
        return fitting

    def branches(self, node: Node) -> list[Node] | None:
        """Give the branches of a union, the words beside it in each; None where there is no union."""
        word = next((word for word in ("oneOf", "anyOf") if word in node.schema), None)
        if word is None:
            return None
        options = node.schema[word]
        if not isinstance(options, list):
            raise self.refusal("a list of schemas is expected", node, word)
        beside = {name: value for name, value in node.schema.items() if name != word}
        own = Node(schema=beside, pointer=node.pointer, origins=node.origins)
        items = [Node(schema=item, pointer=node.place(word, str(index))) for index, item in enumerate(options)]
        found = [self._together([own, self._resolved(item)], item) for item in items]
        found = [branch for branch in found if branch.schema is not False]
        if not found:
            raise self.refusal("nothing matches it", node, word)
        if word == "oneOf" and not are_disjoint([branch.schema for branch in found]):
            raise self.refusal("its branches are not known to exclude each other", node, word)
        return found

    def types(self, node: Node) -> list[str] | None:
        """Give the types of a node: those that it names, else those that its words speak of; None is any value."""
        named = node.schema.get("type")
        if named is None:
            spoken = [kind for kind, words in WORDS.items() if any(word in node.schema for word in words.split())]
            return spoken or None
        kinds = named if isinstance(named, list) else [named]
        if not kinds or any(not isinstance(kind, str) or kind not in KINDS for kind in kinds):
            raise self.refusal(f"{named!r} is no type", node, "type")
        return list(dict.fromkeys(kinds))

    def child(self, node: Node, word: str) -> Node:
        """Give the schema under a word; True where it is missing."""
        return self._resolved(Node(schema=node.schema.get(word, True), pointer=node.place(word)))

    def properties(self, node: Node) -> list[tuple[str, Node]]:
        """Give the members that an object may have, in order; with any of them, others are left out."""
        declared = node.schema.get("properties", {})
        if not isinstance(declared, dict):
            raise self.refusal("an object is expected", node, "properties")
        required = self.required(node)
        names = [*declared, *(name for name in required if name not in declared)]
        if names:
            self.refuse(node, NEVER_OF_OBJECTS)
            self._check_patterns(node, names)
        members = [(name, self._member(node, name)) for name in names]
        for name, member in members:
            if member.schema is False and name in required:
                raise self.refusal(f"{name!r} is required and cannot be had", node, "required")
        return [(name, member) for name, member in members if member.schema is not False]

    def _check_patterns(self, node: Node, names: list[str]) -> None:
        """Refuse patterns that judge a declared member too."""
        for pattern in node.schema.get("patternProperties", {}):
            try:
                is_free = not any(re.search(pattern, name) for name in names)
            except re.error:
                is_free = False
            if not is_free:
                raise self.refusal("it judges declared properties too", node, "patternProperties")

    def pattern(self, node: Node) -> tuple[str, Node] | None:
        """Give the only pattern of an object's keys and its values' schema; None where there is no pattern."""
        patterns = node.schema.get("patternProperties", {})
        if not patterns:
            return None
        if not isinstance(patterns, dict) or len(patterns) > 1:
            raise self.refusal("several patterns may judge one key", node, "patternProperties")
        pattern = next(iter(patterns))
        if not is_plain_pattern(pattern):
            raise self.refusal(f"{pattern!r} is no pattern that can be enforced", node, "patternProperties")
        return pattern, self._resolved(Node(schema=patterns[pattern], pointer=node.place("patternProperties", pattern)))

    def _member(self, node: Node, name: str) -> Node:
        declared = node.schema.get("properties", {})
        if name not in declared:
            return self.child(node, "additionalProperties")
        return self._resolved(Node(schema=declared[name], pointer=node.place("properties", name)))

    def required(self, node: Node) -> list[str]:
        names = node.schema.get("required", [])
        if not isinstance(names, list) or any(not isinstance(name, str) for name in names):
            raise self.refusal("a list of names is expected", node, "required")
        return list(dict.fromkeys(names))

    def check_counts(self, node: Node, num_members: int, num_required: int) -> None:
        """Refuse bounds on the number of members that the declared ones alone do not keep."""
        least, most = self.span(node, "minProperties", "maxProperties")
        if least > num_required:
            raise self.refusal("members that may be left out cannot be counted", node, "minProperties")
        if most is not None and most < num_members:
            raise self.refusal("members that may be left out cannot be counted", node, "maxProperties")

    def span(self, node: Node, least_word: str, most_word: str) -> tuple[int, int | None]:
        """Give two bounds of a count, None for no upper one."""
        least, most = self._count(node, least_word) or 0, self._count(node, most_word)
        if most is not None and most < least:
            raise self.refusal(f"{most_word} is less than {least_word}", node, most_word)
        return least, most

    def _count(self, node: Node, word: str) -> int | None:
        value = node.schema.get(word)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0 or value != int(value):
            raise self.refusal("a count is expected", node, word)
        return int(value)


def _origins(node: Node) -> dict[str, str]:
    if node.origins:
        return dict(node.origins)
    own = {word: node.pointer for word in node.schema}
    declared = node.schema.get("properties", {})
    return own | ({f"properties/{name}": node.pointer for name in declared} if isinstance(declared, dict) else {})
