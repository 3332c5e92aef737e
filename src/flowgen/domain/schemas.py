"""The normal form of a JSON Schema: what a grammar can say of a value, and the residue that only a look at the value
can tell. Knows nothing of JSON Schema's drafts and of how a syntax writes a value.

A `Node` allows at least the values that the schema allows; together with the residues on the way, exactly those. The
nodes of a value are found by walking from `Lowered.root` along keys and indexes:

- `Reference` stands for `Lowered.definitions[name]`; definitions may be recursive.
- `Union`: of the options, those of the value's own type. A residue inside of an option that only some values of this
  type take never lies there: it has been lifted to the union as `whole`. So whatever residue is met on the way holds,
  whichever option the value took.
- `Object`: a key that `properties` names has that node; any other key the node of the group in `others` that takes the
  key (groups never overlap; a key that none takes may not be written). A property of `Nothing` may not be written.
- `Array`: index i has `prefix[i]`, beyond the prefix `items`.
"""

from collections.abc import Mapping
from typing import Literal

from flowgen.domain.values import JsonValue, Value

ResidueKind = Literal["owed", "grown", "whole"]
NoteKind = Literal["exact", "lowered", "checked", "refused"]


class Residue(Value, frozen=True):
    """What no grammar says of the value whose node carries this.

    `keyword` stands at `pointer` in the source; the value is judged by the schema at `schema`, a JSON pointer to the
    source's schema that carries the keyword (so by a validator for `{"$ref": "#" + schema}` in the source's draft).
    `owed`: may still be missing until the value closes; adding to the value can mend it. `grown`: once a part of the
    value is wrong, nothing behind it mends it. `whole`: known when the value closes.
    """

    kind: ResidueKind
    keyword: str
    pointer: str
    schema: str


class Nothing(Value, frozen=True, tag=True):
    """No value at all."""


class Anything(Value, frozen=True, tag=True):
    """Every value."""

    residues: tuple[Residue, ...] = ()


class Enum(Value, frozen=True, tag=True):
    """One of these scalars; none is equal to another. Null and booleans are enums too; an array or an object out of an
    enum is an Array or an Object whose parts are enums."""

    values: tuple[JsonValue, ...]
    residues: tuple[Residue, ...] = ()


class Number(Value, frozen=True, tag=True):
    """A number, none of `excluded`. `multiple_of` is positive. `is_integer`: of the mathematical kind: 1.0 is one."""

    is_integer: bool = False
    minimum: int | float | None = None
    maximum: int | float | None = None
    excludes_minimum: bool = False
    excludes_maximum: bool = False
    multiple_of: int | float | None = None
    excluded: tuple[int | float, ...] = ()
    residues: tuple[Residue, ...] = ()


class String(Value, frozen=True, tag=True):
    """A text, of `min_length` to `max_length` characters (code points).

    It matches each of `patterns` and none of `avoided`, as a whole: regular expressions over its characters (not over
    their escapes) in the small notation of `application.schemas.regular`: literals, classes, groups, `|` and counts
    alone, so that a syntax can spell each character in its own way.
    """

    min_length: int = 0
    max_length: int | None = None
    patterns: tuple[str, ...] = ()
    avoided: tuple[str, ...] = ()
    residues: tuple[Residue, ...] = ()


class Array(Value, frozen=True, tag=True):
    """A list: `prefix` by place, then any number of `items`; lengths of `min_items` to `max_items`."""

    prefix: tuple["Node", ...] = ()
    items: "Node" = Anything()
    min_items: int = 0
    max_items: int | None = None
    residues: tuple[Residue, ...] = ()


class Property(Value, frozen=True):
    """A member by name. A required one of Nothing does not occur."""

    name: str
    node: "Node"
    is_required: bool = False


class Others(Value, frozen=True):
    """The members whose keys are in `keys` and are no listed property's name."""

    keys: String
    node: "Node"


class Object(Value, frozen=True, tag=True):
    """An object: `properties` in the order in which they are written, then `others` in any order."""

    properties: tuple[Property, ...] = ()
    others: tuple[Others, ...] = (Others(keys=String(), node=Anything()),)
    residues: tuple[Residue, ...] = ()


class Union(Value, frozen=True, tag=True):
    """A value that one of the options allows, or several of them. No option is a Union or Nothing."""

    options: tuple["Node", ...]
    residues: tuple[Residue, ...] = ()


class Reference(Value, frozen=True, tag=True):
    """The node of this name among the definitions."""

    name: str


Node = Nothing | Anything | Enum | Number | String | Array | Object | Union | Reference


class SchemaNote(Value, frozen=True):
    """What has become of a keyword: `exact` and `lowered` are in the grammar (as it stands, or said otherwise),
    `checked` is residue. `pointer` is the keyword's own."""

    pointer: str
    keyword: str
    kind: NoteKind
    reason: str = ""


class Lowered(Value, frozen=True):
    """A schema in normal form. `draft` is "4", "6", "7", "2019-09" or "2020-12". `warnings` are sentences about what
    says nothing: annotations that look like more, unknown formats and keywords."""

    root: Node
    definitions: Mapping[str, Node]
    source: JsonValue
    draft: str
    notes: tuple[SchemaNote, ...] = ()
    warnings: tuple[str, ...] = ()
