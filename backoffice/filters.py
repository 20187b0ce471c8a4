"""The filters of the list of orders as fields of a form, and those that narrow it now as chips to be taken off."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, User
from backoffice.wish import Wish
from quoting.pricelists import current_price_list

Label = str | Promise
LABELS: dict[str, Label] = {
    "owner": _("Owner"),
    "payment": _("Payment"),
    "due": _("Promised"),
    "process": _("Process"),
    "material": _("Material"),
    "since": _("Submitted from"),
    "until": _("Submitted to"),
    "customer": _("Customer"),
    "company": _("Company"),
}
PAYMENTS: list[tuple[str, Label]] = [("unpaid", _("Unpaid")), ("overdue", _("Payment overdue"))]
DUE: list[tuple[str, Label]] = [
    ("late", _("Overdue")),
    ("today", _("Today or earlier")),
    ("week", _("Within 7 days")),
]

PEOPLE: list[tuple[str, Label]] = [("me", _("Mine")), ("none", _("Nobody"))]
WORDS: dict[str, Label] = dict([*PAYMENTS, *DUE, *PEOPLE])


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    value: str
    choices: list[tuple[str, Label]] = field(default_factory=list)  # none: a day

    @property
    def label(self) -> Label:
        return LABELS[self.name]


def filter_fields(wish: Wish) -> list[Field]:
    processes, materials = _catalogue_choices()
    return [
        Field("owner", wish.owner, _owners()),
        Field("payment", wish.payment, PAYMENTS),
        Field("due", wish.due, DUE),
        Field("process", wish.process, processes),
        Field("material", wish.material, materials),
        Field("since", wish.since),
        Field("until", wish.until),
    ]


def narrowed(wish: Wish) -> list[dict[str, Any]]:
    """Each filter that is on, in words, with the list without it."""
    return [
        {"label": LABELS[name], "text": _shown(name, value, wish), "url": wish.link(**{name: ""})}
        for name, value in wish.filters.items()
    ]


def _shown(name: str, value: str, wish: Wish) -> Label:
    if name in ("since", "until") and (day := wish.day(name)):
        return date_format(day, "DATE_FORMAT")
    if name in ("owner", "customer") and value.isdigit():
        return str(User.objects.filter(pk=value).first() or value)
    if name == "company":
        return str(Company.objects.filter(pk=value).first() or value)
    if name in ("process", "material"):
        return dict(_catalogue_choices()[name == "material"]).get(value, value)
    return WORDS.get(value, value)


def _owners() -> list[tuple[str, Label]]:
    staff = User.objects.filter(~Q(roles=[])).only("name", "email").order_by("name")[:100]
    return [*PEOPLE, *((str(user.pk), str(user)) for user in staff)]


def _catalogue_choices() -> tuple[list[tuple[str, Label]], list[tuple[str, Label]]]:
    newest = current_price_list()
    return _choices_of(newest.pk, newest)


@lru_cache(maxsize=2)
def _choices_of(pk: int, newest: Any) -> tuple[list[tuple[str, Label]], list[tuple[str, Label]]]:
    processes = newest.catalogue.processes
    materials = {material.key: material.name for process in processes for material in process.materials}
    return (
        [(process.key, process.name) for process in processes],
        sorted(materials.items(), key=lambda pair: pair[1].lower()),
    )
