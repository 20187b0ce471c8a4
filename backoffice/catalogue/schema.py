"""From the pydantic contract of the catalogue to what a page can show: which fields a model has, and of what kind."""

from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

Kind = Literal[
    "text", "long", "number", "flag", "choice", "numbers", "codes", "pairs", "size", "rows", "pages", "group"
]

# Lists whose members are too big for a row: they have pages of their own.
PAGES = ("processes", "materials", "profiles", "shipping")
LONG = ("description",)


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    kind: Kind
    required: bool
    default: str = ""
    optional_group: bool = False
    choices: tuple[str, ...] = ()
    model: type[BaseModel] | None = None  # of rows, pages and groups


@cache
def fields_of(model: type[BaseModel]) -> tuple[Field, ...]:
    return tuple(_field(name, info) for name, info in model.model_fields.items())


def _field(name: str, info: Any) -> Field:
    kind, inner, choices, may_be_none = _kind(name, info.annotation)
    default = None if info.is_required() else info.get_default(call_default_factory=True)
    shown = str(default) if isinstance(default, (int, str)) or type(default).__name__ in ("Decimal", "float") else ""
    return Field(
        name=name,
        kind=kind,
        required=info.is_required(),
        default="" if isinstance(default, bool) else shown,
        optional_group=kind == "group" and may_be_none,
        choices=choices,
        model=inner,
    )


def _kind(name: str, given: Any) -> tuple[Kind, type[BaseModel] | None, tuple[str, ...], bool]:
    bare, may_be_none = _bare(given)
    origin, inner = get_origin(bare), get_args(bare)
    if origin is Literal:
        return "choice", None, tuple(str(value) for value in inner), may_be_none
    if origin is tuple:
        return (*_tuple_kind(name, inner), (), may_be_none)
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        return "group", bare, (), may_be_none
    if bare is bool:
        return "flag", None, (), may_be_none
    if bare is str:
        return ("long" if name in LONG else "text"), None, (), may_be_none
    return "number", None, (), may_be_none


def _tuple_kind(name: str, inner: tuple[Any, ...]) -> tuple[Kind, type[BaseModel] | None]:
    if Ellipsis not in inner:
        return "size", None
    member, _none = _bare(inner[0])
    if get_origin(member) is tuple:
        return "pairs", None
    if isinstance(member, type) and issubclass(member, BaseModel):
        return ("pages" if name in PAGES else "rows"), member
    return ("codes" if member is str else "numbers"), None


def _bare(given: Any) -> tuple[Any, bool]:
    """Without what pydantic says about it, and whether None is allowed."""
    if get_origin(given) is Annotated:
        return _bare(get_args(given)[0])
    if get_origin(given) in (Union, UnionType):
        left = [one for one in get_args(given) if one is not type(None)]
        return _bare(left[0])[0], True
    return given, False
