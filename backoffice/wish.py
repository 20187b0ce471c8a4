"""What the list of orders is asked for, as a query string says it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from urllib.parse import urlencode

from orders.models import Status
from orders.models.status import GROUPS, SUBMITTED

SORTS = ("actionable", "-number", "number", "-total", "total", "due")
DUE = ("late", "today", "week")
PAYMENTS = ("unpaid", "overdue")
# What narrows the list beside the status, each with a field of the form or a link elsewhere.
FILTERS = ("owner", "customer", "company", "payment", "due", "process", "material", "since", "until")


@dataclass(frozen=True, slots=True)
class Wish:
    """Nonsense in a query string is ignored."""

    query: str = ""
    everywhere: bool = False  # also where the query is an order's number or somebody's address
    group: str = ""
    status: str = ""
    owner: str = ""  # a key, "me" or "none"
    customer: str = ""
    company: str = ""
    payment: str = ""
    due: str = ""
    process: str = ""
    material: str = ""
    since: str = ""  # days of submission
    until: str = ""
    sort: str = SORTS[0]
    after: str = ""  # cursors: the page behind or before a row (paging.py)
    before: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Wish":
        status = _one_of(given.get("status", ""), SUBMITTED)
        group = Status(status).group if status else given.get("group", "")
        owner = given.get("owner", "")
        return cls(
            query=" ".join(given.get("q", "").replace("\x00", " ").split())[:100],
            everywhere=given.get("all") == "1",
            group=group if group in GROUPS and group != "draft" else "",
            status=status,
            owner=owner if owner in ("me", "none") else _key(owner),
            customer=_key(given.get("customer", "")),
            company=_key(given.get("company", "")),
            payment=_one_of(given.get("payment", ""), PAYMENTS),
            due=_one_of(given.get("due", ""), DUE),
            process=_word(given.get("process", "")),
            material=_word(given.get("material", "")),
            since=_day(given.get("since", "")),
            until=_day(given.get("until", "")),
            sort=_one_of(given.get("sort", ""), SORTS) or SORTS[0],
            after=given.get("after", "")[:60],
            before=given.get("before", "")[:60],
        )

    @property
    def statuses(self) -> tuple[Status, ...]:
        """Those that are wished; none when all are, so that no query names all of them."""
        if self.status:
            return (Status(self.status),)
        return GROUPS[self.group] if self.group else ()

    @property
    def filters(self) -> dict[str, str]:
        return {name: value for name in FILTERS if (value := getattr(self, name))}

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What a form that changes the sorting sends along."""
        asked = {
            "q": self.query,
            "all": "1" if self.everywhere else "",
            "group": "" if self.status else self.group,
            "status": self.status,
            **self.filters,
        }
        return [(name, value) for name, value in asked.items() if value]

    @property
    def is_bare(self) -> bool:
        return not self.query and not self.filters

    def link(self, **changes: Any) -> str:
        """The query string of this wish with something changed; the pages start over."""
        asked = {**dict(self.kept), "sort": "" if self.sort == SORTS[0] else self.sort, **changes}
        return "?" + urlencode({name: value for name, value in asked.items() if value})

    def day(self, name: str) -> date | None:
        value = getattr(self, name)
        return date.fromisoformat(value) if value else None


assert set(FILTERS) <= {field.name for field in fields(Wish)}


def _one_of(value: str, known: tuple[str, ...]) -> str:
    return str(value) if value in known else ""


def _key(value: str) -> str:
    return value if value.isascii() and value.isdigit() and len(value) < 10 else ""


def _word(value: str) -> str:
    return value if value.isascii() and len(value) <= 40 and value.isprintable() else ""


def _day(value: str) -> str:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return ""
    return day.isoformat() if 1970 <= day.year <= 9000 else ""
