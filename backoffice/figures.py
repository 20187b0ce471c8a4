"""Figures for the morning: what waits for whom, what is late, what is owed, and how many offers become orders.

Sums are over open orders and the last 90 days: bounded, and quick on a large table.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, ExpressionWrapper, F, Q, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.money import MoneyField
from backoffice.finding import NEVER_LATE
from orders.models import OfferRevision, Order, Status
from orders.models.order import UNPAID
from orders.models.status import OPEN

S = Status
WAITS: tuple[tuple[str | Promise, tuple[Status, ...]], ...] = (
    (_("For sales"), (S.WAITING_FOR_REVIEW,)),
    (_("For accounting"), (S.PO_PROVIDED, S.PO_PAYMENT_DUE)),
    (
        _("For production"),
        (
            S.PLACED,
            S.FREE_FOR_MANUFACTURING,
            S.MANUFACTURING,
            S.POST_PRODUCTION,
            S.RE_PRINTING,
            S.READY_FOR_SHIPPING,
        ),
    ),
    (_("For the customer"), (S.FIRM_OFFER_SENT, S.WAITING_FOR_PAYMENT, S.READY_FOR_PICKUP)),
    (_("On its way"), (S.SHIPPED,)),
    (_("On hold"), (S.ON_HOLD,)),
)
DAYS = 90


@dataclass(frozen=True, slots=True)
class StatusSum:
    status: Status
    many: int
    value: Decimal


@dataclass(frozen=True, slots=True)
class Waiting:
    label: str | Promise
    sums: list[StatusSum]

    @property
    def many(self) -> int:
        return sum(one.many for one in self.sums)

    @property
    def value(self) -> Decimal:
        return sum((one.value for one in self.sums), Decimal(0))


@dataclass(frozen=True, slots=True)
class Conversion:
    offered: int
    accepted: int
    still_open: int

    @property
    def percent(self) -> int | None:
        """Of those that have been decided."""
        decided = self.offered - self.still_open
        return round(100 * self.accepted / decided) if decided else None


def figures(today: date) -> dict[str, Any]:
    open_ = Order.objects.filter(position__gte=OPEN)
    sums = {
        row["status"]: StatusSum(Status(row["status"]), row["many"], row["value"] or Decimal(0))
        for row in open_.order_by().values("status").annotate(many=Count("pk"), value=Sum("total"))
    }
    late = open_.filter(promised_date__lt=today).exclude(status__in=sorted(NEVER_LATE))
    return {
        "waiting": [
            Waiting(label, [sums.get(status, StatusSum(status, 0, Decimal(0))) for status in statuses])
            for label, statuses in WAITS
        ],
        "late": late.exclude(last_production=S.DELIVERED).count(),
        "overdue": _owed(today, Q(payment_due__lt=today)),
        "due_soon": _owed(today, Q(payment_due__range=(today, today + timedelta(days=7)))),
        "conversion": _conversion(today),
        "days": DAYS,
    }


def _owed(today: date, when: Q) -> dict[str, Any]:
    owed = ExpressionWrapper(F("total") - F("credited") - F("paid") + F("refunded"), output_field=MoneyField())
    return Order.objects.filter(UNPAID, when).aggregate(many=Count("pk"), value=Sum(owed))


def _conversion(today: date) -> Conversion:
    """Of the orders to which an offer went out in these days: how many were agreed, how many still wait."""
    since = today - timedelta(days=DAYS)
    offered = Order.objects.filter(
        pk__in=OfferRevision.objects.filter(revision__gte=1, created_at__date__gte=since).values("order")
    )
    found = offered.aggregate(
        many=Count("pk"),
        accepted=Count("pk", filter=Q(acceptance__isnull=False)),
        still=Count("pk", filter=Q(status=S.FIRM_OFFER_SENT)),
    )
    return Conversion(found["many"], found["accepted"], found["still"])
