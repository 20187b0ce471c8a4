"""What a template needs of a page of the editor: controls with names, words, values and errors."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as fresh
from typing import Any

from pydantic import BaseModel, ValidationError

from backoffice.catalogue import words
from backoffice.catalogue.pages import Loc
from backoffice.catalogue.posted import Typed
from backoffice.catalogue.schema import Field, fields_of

Errors = Mapping[Loc, list[str]]
BLANKS = 1  # empty rows below the others


@dataclass
class Control:
    field: Field
    name: str
    value: Any
    currency: str
    errors: list[str]
    rows: list["Row"] = fresh(default_factory=list)
    controls: list["Control"] = fresh(default_factory=list)  # of a group

    @property
    def label(self) -> str:
        return words.label(self.field.name)

    @property
    def unit(self) -> str:
        return words.unit(self.field.name, self.currency)

    @property
    def hint(self) -> str:
        return words.hint(self.field.name)

    @property
    def id(self) -> str:
        return "id_" + self.name.replace(".", "-")

    @property
    def columns(self) -> list["Control"]:
        return [one for one in self.rows[0].controls if one.field.name != "key"] if self.rows else []


@dataclass
class Row:
    place: int
    name: str
    controls: list[Control]
    is_new: bool

    @property
    def shown(self) -> list[Control]:
        return [one for one in self.controls if one.field.name != "key"]

    @property
    def key(self) -> Control | None:
        return next((one for one in self.controls if one.field.name == "key"), None)


def controls(
    fields: Iterable[Field], entered: Typed, errors: Errors, currency: str, inside: Loc = (), *, blanks: int = BLANKS
) -> list[Control]:
    return [_control(one, entered, errors, currency, inside, blanks) for one in fields if one.kind != "pages"]


def _control(one: Field, entered: Typed, errors: Errors, currency: str, inside: Loc, blanks: int) -> Control:
    loc, value = (*inside, one.name), entered.get(one.name)
    made = Control(one, ".".join(map(str, loc)), value, currency, _errors(one, loc, errors))
    if one.kind == "group":
        made.controls = controls(fields_of(_model(one)), value or {}, errors, currency, loc)
    if one.kind == "rows":
        rows: list[Typed] = [*(value or []), *({} for _blank in range(blanks))]
        many = len(value or [])
        made.rows = [
            Row(
                place,
                f"{made.name}.{place}",
                controls(fields_of(_model(one)), row, errors, currency, (*loc, place)),
                is_new=place >= many,
            )
            for place, row in enumerate(rows)
        ]
    return made


def _errors(one: Field, loc: Loc, errors: Errors) -> list[str]:
    """Of this control; what is wrong with a member of a list of texts is said at the list."""
    found: list[str] = []
    for where, texts in errors.items():
        if where == loc or (where[: len(loc)] == loc and one.kind not in ("rows", "group")):
            found += [text for text in texts if text not in found]
    return found


def judged(found: ValidationError, at: Loc, entered: Typed) -> dict[Loc, list[str]]:
    """Errors of the whole catalogue by their place within a page at `at`; () is for those that stand nowhere on it."""
    errors: dict[Loc, list[str]] = {}
    for one in found.errors():
        loc = one["loc"]
        inside = loc[len(at) :] if loc[: len(at)] == at else ()
        errors.setdefault(_nearest(inside, entered), []).append(words.error(one))
    return errors


def _nearest(loc: Loc, entered: Typed) -> Loc:
    """A key that is missing is the fault of the name that it would be made from."""
    if loc and loc[-1] == "key":
        return (*loc[:-1], "name")
    while loc and isinstance(loc[-1], int):  # of a row as a whole, or of a member of a list
        loc = loc[:-1]
    return loc if loc and loc[0] in entered else ()


def _model(one: Field) -> type[BaseModel]:
    assert one.model is not None
    return one.model
