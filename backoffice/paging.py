"""Pages of a list: by number where its length is known already, by key where it may be long. No counting query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

PER_PAGE = 50


class Counted(Paginator):
    """Django's paginator over rows that were cut out of the list elsewhere."""

    def __init__(self, total: int) -> None:
        super().__init__([], PER_PAGE)
        self.total = total

    @property
    def count(self) -> int:
        return self.total

    def nearest(self, number: int) -> int:
        return max(1, min(number, self.num_pages))

    def of(self, rows: Sequence[Any], number: int) -> "Page[Any]":
        return Page(rows, number, self)


def page_number(asked: str) -> int:
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 1


@dataclass(frozen=True, slots=True)
class Stretch:
    """A page of a list with the newest first, and the query strings of its neighbours."""

    rows: list[Any]
    newer: str
    older: str


def stretch(rows: "QuerySet[Any]", given: Mapping[str, str], many: int = PER_PAGE) -> Stretch:
    """Cut by the key of the row where it begins: the last page costs as much as the first."""
    asked = {name: value for name, value in given.items() if value and name not in ("before", "after")}
    before, after = _key(given.get("before", "")), _key(given.get("after", ""))
    if after:
        found = list(rows.filter(pk__gt=after).order_by("pk")[: many + 1])
        more, found = len(found) > many, found[:many][::-1]
        if not found:
            return stretch(rows, asked, many)
        return Stretch(found, _link(asked, after=found[0].pk) if more else "", _link(asked, before=found[-1].pk))
    found = list((rows.filter(pk__lt=before) if before else rows).order_by("-pk")[: many + 1])
    more, found = len(found) > many, found[:many]
    return Stretch(
        found,
        _link(asked, after=found[0].pk if found else before - 1) if before else "",
        _link(asked, before=found[-1].pk) if more else "",
    )


def _key(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _link(asked: Mapping[str, str], **more: int) -> str:
    return "?" + urlencode({**asked, **more})
