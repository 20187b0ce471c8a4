"""Customers as the back office finds and shows them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from accounts.models import Activity, Company, User
from backoffice.activity import LogRow, rows_of
from backoffice.paging import Stretch, stretch
from orders.models import Order, Status

KINDS = ("business", "private")
NEWEST = 20


@dataclass(slots=True)
class CustomerRow:
    company: Company
    people: list[User] = field(default_factory=list)
    orders: int = 0
    newest: datetime | None = None

    @property
    def name(self) -> str:
        """A private person's own, where the company has none."""
        return self.company.name or (str(self.people[0]) if self.people else str(self.company))


def found(given: Mapping[str, str]) -> "QuerySet[Company]":
    companies = Company.objects.filter(merged_into=None)
    if given.get("kind") in KINDS:
        companies = companies.filter(is_business=given["kind"] == "business")
    for word in asked(given).split():
        whose = User.objects.filter(company=OuterRef("pk"))
        people = whose.filter(Q(name__icontains=word) | Q(email__icontains=word))
        companies = companies.filter(Q(name__icontains=word) | Q(vat_id__icontains=word) | Exists(people))
    return companies


def asked(given: Mapping[str, str]) -> str:
    return " ".join(given.get("q", "").replace("\x00", "").split())[:80]


def listing(given: Mapping[str, str]) -> tuple[Stretch, list[CustomerRow]]:
    """A page of them: three queries, however many rows."""
    page = stretch(found(given), given)
    rows = {company.pk: CustomerRow(company) for company in page.rows}
    for user in User.objects.filter(company__in=rows, merged_into=None).order_by("pk"):
        rows[user.company_id or 0].people.append(user)
    orders = Order.objects.filter(company__in=rows).exclude(status=Status.DRAFT).order_by()
    for one in orders.values("company").annotate(many=Count("pk"), newest=Max("submitted_at")):
        rows[one["company"]].orders, rows[one["company"]].newest = one["many"], one["newest"]
    return page, list(rows.values())


def orders_of(**whose: Any) -> tuple[list[Order], int]:
    """The newest orders, and how many there are."""
    orders = Order.objects.filter(**whose).exclude(status=Status.DRAFT)
    shown = orders.defer("breakdown", "priced_terms", "undo").order_by("-number")[:NEWEST]
    return list(shown), orders.count()


def log_of(about: str) -> list[LogRow]:
    entries = Activity.objects.filter(about=about).select_related("actor").order_by("-pk")[:10]
    return rows_of(list(entries))


def duplicates_of(company: Company, q: str) -> list[Company]:
    """Whom it may be merged with: who is asked for, else who has the same name, VAT id or domain of e-mail."""
    others = Company.objects.filter(merged_into=None, erased_at=None).exclude(pk=company.pk)
    if q:
        return list((found({"q": q}) & others).order_by("name", "pk")[:NEWEST])
    alike = Q(pk=0)
    if company.name:
        alike |= Q(name__iexact=company.name)
    if company.vat_id:
        alike |= Q(vat_id=company.vat_id)
    return list(others.filter(alike).order_by("pk")[:NEWEST])
