"""Reads the declarations of options.py as a table, and checks user JSON against it. Knows no option by name."""

import json
import types
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from flowgen.domain.errors import InvalidField, RefusedField
from flowgen.domain.values import JsonObject, Value


class Option(Value, frozen=True):
    """One row: `type` is what msgspec converts to, `allowed` says it in words, `refused` why it cannot be done.

    `allowed` may be declared (`extra`) where the type says too little.
    `default` is msgspec.NODEFAULT where the field must be given; `needs` names what a model must have for it.
    """

    name: str
    type: Any
    allowed: str
    default: Any
    description: str
    refused: str | None = None
    needs: str | None = None


def table(declaration: type[Value]) -> dict[str, Option]:
    """The options of a declaration by name, in its order."""
    hints = get_type_hints(declaration, include_extras=True)
    return {field.name: _option(field, hints[field.name]) for field in msgspec.structs.fields(declaration)}


def parse(rows: Mapping[str, Option], raw: Mapping[str, Any], where: str) -> tuple[JsonObject, list[str]]:
    """Check user JSON: the values given, converted and without nulls, and the names that no row has.

    Raises InvalidField (which field, what came, what is allowed) and RefusedField. `where` begins the field's name,
    empty for the body itself.
    """
    values: JsonObject = {}
    for name, value in raw.items():
        if name in rows and value is not None:
            values[name] = _convert(rows[name], value, f"{where}.{name}" if where else name)
    return values, [name for name in raw if name not in rows]


def _convert(option: Option, value: Any, field: str) -> Any:
    try:
        converted = msgspec.convert(value, option.type)
    except msgspec.ValidationError:
        raise InvalidField(field, value, option.allowed) from None
    if option.refused and not _is_neutral(converted, option.default):
        raise RefusedField(field, option.refused)
    return converted


def _is_neutral(value: Any, default: Any) -> bool:
    """Whether a value asks for nothing: the default, or false unless that is what true is the default of. Zero is not
    false."""
    if value is False:
        return default is not True
    return bool(value == default)


def _option(field: msgspec.structs.FieldInfo, hint: Any) -> Option:
    metas = [meta for meta in getattr(hint, "__metadata__", ()) if isinstance(meta, msgspec.Meta)]
    described = next((meta for meta in metas if meta.description or meta.extra), msgspec.Meta(description=""))
    default = field.default
    if field.default_factory is not msgspec.NODEFAULT:
        default = field.default_factory()
    return Option(
        name=field.name,
        type=hint,
        allowed=(described.extra or {}).get("allowed") or _words(hint),
        default=default,
        description=described.description or "",
        refused=(described.extra or {}).get("refused"),
        needs=(described.extra or {}).get("needs"),
    )


_NAMES = {bool: "true or false", int: "an integer", float: "a number", str: "a string", types.NoneType: "null"}


def _words(hint: Any) -> str:
    """A type in words, ranges included."""
    origin = get_origin(hint)
    if origin is Annotated:
        inner, *metas = get_args(hint)
        return _words(inner) + "".join(_range(meta) for meta in metas if isinstance(meta, msgspec.Meta))
    if origin in (Union, types.UnionType):
        return " or ".join(_words(part) for part in get_args(hint))
    if origin is Literal:
        return " or ".join(f'"{value}"' if isinstance(value, str) else json.dumps(value) for value in get_args(hint))
    if origin is list:
        inner = get_args(hint)[0]
        return "a list" if inner is Any else f"a list of ({_words(inner)})"
    if origin is tuple:
        return " and ".join(f"({_words(part)})" for part in get_args(hint))
    if origin is dict:
        inner = get_args(hint)[1]
        return "an object" if inner is Any else f"an object of ({_words(inner)})"
    return _NAMES.get(hint, "any JSON")


def _range(meta: msgspec.Meta) -> str:
    low = f" from {meta.ge}" if meta.ge is not None else f" above {meta.gt}" if meta.gt is not None else ""
    high = f" to {meta.le}" if meta.le is not None else f" below {meta.lt}" if meta.lt is not None else ""
    return low + high + (" that is not empty" if meta.min_length else "")
