"""The pages of the editor: which part of the document each of them edits, addressed by keys that stay."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel

from backoffice.catalogue.schema import Field, fields_of
from quoting.pricing import catalogue as contract
from quoting.pricing.machines import Cutting, MoldMaking

Loc = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Section:
    slug: str
    title: Promise
    model: type[BaseModel]
    fields: tuple[str, ...]  # empty: all
    inside: Loc = ()  # where in the process
    technologies: tuple[str, ...] = ()  # empty: all
    lead: Promise | str = ""


CUTTING = ("milling", "turning")
SECTIONS = (
    Section(
        "basics",
        _("Basics"),
        contract.Process,
        (
            "name",
            "description",
            "instant",
            "programming_per_model",
            "post_production_per_piece",
            "markup_percent",
            "markup_on_startup",
            "minimum_part_price",
            "tax_class",
        ),
    ),
    Section("machine", _("Machine"), contract.Machine, (), ("machine",)),
    Section("cutting", _("Cutting"), Cutting, (), ("machine", "cutting"), CUTTING),
    Section("molding", _("Molding"), MoldMaking, (), ("machine", "molding"), ("molding",)),
    Section(
        "breaks",
        _("Quantity breaks"),
        contract.Process,
        ("quantity_breaks",),
        lead=_("Each discount holds from its quantity up to the next one."),
    ),
    Section(
        "lead-times",
        _("Lead times"),
        contract.Process,
        ("lead_times",),
        lead=_("Business days of machine and shop; those of material and finish are added."),
    ),
    Section(
        "finishes",
        _("Finishes"),
        contract.Process,
        ("finishes",),
        lead=_("A finish costs its lot charge, or quantity × (piece + area + volume) where that is more."),
    ),
    Section(
        "tolerances",
        _("Tolerances"),
        contract.Process,
        ("tolerances",),
        lead=_("The first is the usual one."),
    ),
    Section("extras", _("Extras"), contract.Process, ("extras",), lead=_("Threads, inserts: what is counted.")),
)
POWDER = ("sls", "mjf", "slm")
# Figures that only the formulas of some technologies read (quoting/pricing); the others' pages leave them as they are.
ONLY_FOR = {
    "growth_mm_per_h": POWDER,
    "packing_density": POWDER,
    "stacked": POWDER,
    "layer_mm": ("sla",),
    "seconds_per_layer": ("sla",),
    "support_share": ("sla", "slm"),
    "allowance_mm": ("milling",),
    "allowance_radius_mm": ("turning",),
    "bar_mm": ("turning",),
    "bar_end_mm": ("turning",),
    "cutoff_mm": ("turning",),
    "facing_mm": ("turning",),
}
LISTS: dict[str, tuple[Promise, type[BaseModel], tuple[str, ...]]] = {
    "materials": (_("Materials"), contract.Material, ()),
    "profiles": (_("Print profiles"), contract.Profile, ("fdm",)),
}


@dataclass(frozen=True, slots=True)
class Page:
    where: str
    title: str
    crumbs: tuple[tuple[str, str], ...]  # text and `where` of what it belongs to
    loc: Loc
    fields: tuple[Field, ...]
    lead: Promise | str = ""
    may_go: bool = False  # it edits a member of a list, which can be removed

    def node(self, document: dict[str, Any]) -> dict[str, Any]:
        found: Any = document
        for step in self.loc:
            found = found[step]
        return found if isinstance(found, dict) else {}

    def seen(self, document: dict[str, Any]) -> str:
        """Fingerprint of what this page edits: somebody else's change elsewhere does not disturb."""
        node = self.node(document)
        text = json.dumps([node.get(field.name) for field in self.fields], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def put(self, document: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
        """The document with this page's fields replaced; the one that was given stays as it is."""
        copy: dict[str, Any] = json.loads(json.dumps(document))
        node = self.node(copy)
        if not node and self.loc:  # a group that was not there
            self._parent(copy)[self.loc[-1]] = node
        for field in self.fields:
            node.pop(field.name, None)
        node.update(values)
        return copy

    def _parent(self, document: Any) -> Any:
        for step in self.loc[:-1]:
            document = document[step]
        return document


def find(document: dict[str, Any], where: str) -> Page | None:
    match where.split("/"):
        case ["shop"]:
            fields = chosen(contract.Catalogue, ("currency", "prices_gross", "taxes"))
            return Page("shop", str(_("Currency and tax")), (), (), fields)
        case ["shipping", key]:
            return _member(document, where, (), "shipping", key, contract.ShippingMethod)
        case [process, slug]:
            return _section(document, where, process, slug)
        case [process, name, key] if name in LISTS:
            place = place_of(document["processes"], process)
            if place is None:
                return None
            return _member(document, where, ("processes", place), name, key, LISTS[name][1])
    return None


def _section(document: dict[str, Any], where: str, process: str, slug: str) -> Page | None:
    place = place_of(document["processes"], process)
    section = next((one for one in SECTIONS if one.slug == slug), None)
    if place is None or section is None:
        return None
    row = document["processes"][place]
    if section.technologies and row["technology"] not in section.technologies:
        return None
    fields = tuple(
        one
        for one in chosen(section.model, section.fields)
        if one.name not in ("cutting", "molding") and row["technology"] in ONLY_FOR.get(one.name, (row["technology"],))
    )
    crumbs = ((row["name"], process),)
    return Page(where, str(section.title), crumbs, ("processes", place, *section.inside), fields, section.lead)


def _member(
    document: dict[str, Any], where: str, inside: Loc, name: str, key: str, model: type[BaseModel]
) -> Page | None:
    owner: Any = document
    for step in inside:
        owner = owner[step]
    place = place_of(owner[name], key)
    if place is None:
        return None
    crumbs = ((owner["name"], owner["key"]),) if inside else ()
    fields = tuple(field for field in fields_of(model) if field.name != "key")
    return Page(where, owner[name][place]["name"], crumbs, (*inside, name, place), fields, may_go=True)


def chosen(model: type[BaseModel], names: tuple[str, ...]) -> tuple[Field, ...]:
    by_name = {field.name: field for field in fields_of(model)}
    return tuple(by_name[name] for name in names) if names else fields_of(model)


def place_of(rows: Iterable[dict[str, Any]], key: str) -> int | None:
    return next((place for place, row in enumerate(rows) if row["key"] == key), None)
