"""The mails that were owed: which of them the log shows, and about which orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page
from django.db.models import Count, QuerySet

from backoffice.paging import PER_PAGE, Counted, page_number
from notifications.models import OutgoingEmail
from orders.models import Order

State = OutgoingEmail.State


@dataclass(frozen=True, slots=True)
class MailWish:
    """What a query string asks for."""

    order: str = ""
    state: str = ""
    page: int = 1

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "MailWish":
        state = given.get("state", "")
        return cls(
            order=given.get("order", "").replace("\x00", "").strip()[:20],
            state=state if state in State.values else "",
            page=page_number(given.get("page", "")),
        )

    def link(self, **changes: Any) -> str:
        asked = {"order": self.order, "state": self.state, **changes}
        return "?" + urlencode({name: value for name, value in asked.items() if value})


@dataclass(frozen=True, slots=True)
class MailRow:
    mail: OutgoingEmail
    order_number: int | None


@dataclass(frozen=True, slots=True)
class MailListing:
    wish: MailWish
    page: "Page[MailRow]"
    counts: dict[str, int]

    @property
    def found(self) -> int:
        return sum(self.counts.values())

    @property
    def all_url(self) -> str:
        return self.wish.link(state="")


def listing(wish: MailWish) -> MailListing:
    mails = _about_order(OutgoingEmail.objects.all(), wish.order)
    counts: dict[str, int] = dict(mails.order_by().values_list("state").annotate(many=Count("pk")))
    pages = Counted(counts.get(wish.state, 0) if wish.state else sum(counts.values()))
    number = pages.nearest(wish.page)
    chosen = mails.filter(state=wish.state) if wish.state else mails
    start = (number - 1) * PER_PAGE
    rows = list(chosen.defer("facts").order_by("-pk")[start : start + PER_PAGE])
    return MailListing(wish, pages.of(_rows(rows), number), counts)


def _about_order(mails: QuerySet[OutgoingEmail], asked: str) -> QuerySet[OutgoingEmail]:
    digits = asked.removeprefix("#").strip()
    if not asked:
        return mails
    known = digits.isascii() and digits.isdigit() and len(digits) < 10
    order = Order.objects.filter(number=int(digits)).values_list("pk", flat=True).first() if known else None
    return mails.filter(about=f"order:{order}") if order else mails.none()


def _rows(mails: Sequence[OutgoingEmail]) -> list[MailRow]:
    keys = {mail.pk: order_key(mail) for mail in mails}
    numbers = dict(Order.objects.filter(pk__in={key for key in keys.values() if key}).values_list("pk", "number"))
    return [MailRow(mail, numbers.get(keys[mail.pk] or 0)) for mail in mails]


def order_key(mail: OutgoingEmail) -> int | None:
    """The order's key, if the mail is about one."""
    kind, _, key = mail.about.partition(":")
    return int(key) if kind == "order" and key.isdigit() else None
