"""What is stuck or waits too long: one place to look at every morning. Each kind is one bounded query."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Shop
from backoffice.finding import NEVER_LATE
from notifications.models import OutgoingEmail
from orders.models import Checkout, Document, Order, ProviderEvent, RefundRequest, Status
from orders.models.status import CANCELED, SUBMITTED
from orders.workflow.dates import local_day
from quoting.models import Deed, Measurement, Preview, PrintEstimate, Thumbnail

SHOWN = 20  # of each kind
SLOW = timedelta(minutes=5)  # what a worker should have done by now
SOON = timedelta(days=3)
UNFINISHED = (Deed.State.WAITING, Deed.State.WORKING)


@dataclass(frozen=True, slots=True)
class Item:
    text: str
    detail: str
    url: str


@dataclass(frozen=True, slots=True)
class Kind:
    code: str
    title: str | Promise
    advice: str | Promise
    items: tuple[Item, ...]
    more: bool  # there are more than are shown
    url: str = ""  # where all of them are


def attention(now: datetime) -> list[Kind]:
    """The kinds of which there is something, the most pressing first."""
    shop = Shop.get()
    today = local_day(shop, now)
    orders = Order.objects.filter(status__in=SUBMITTED).select_related("customer")
    open_ = orders.exclude(status__in=[*CANCELED])
    overdue = open_.filter(payment_due__lt=today, total__gt=F("credited") + F("paid") - F("refunded"))
    late = open_.filter(promised_date__lt=today).exclude(status__in=[*NEVER_LATE])
    ending = orders.filter(
        status=Status.FIRM_OFFER_SENT, offers__state="sent", offers__valid_until__range=(today, today + SOON)
    )
    refunds = RefundRequest.objects.filter(state="open").select_related("order")
    wrong = Checkout.objects.filter(state=Checkout.State.WRONG).select_related("order")
    mails = OutgoingEmail.objects.filter(state=OutgoingEmail.State.REFUSED).defer("facts").order_by("-pk")
    waiting = OutgoingEmail.objects.exclude(state__in=["sent", "refused"]).filter(created_at__lt=now - SLOW)
    papers = Document.objects.filter(state=Deed.State.REFUSED).select_related("order").defer("facts")
    events = ProviderEvent.objects.filter(state=Deed.State.REFUSED)
    found = [
        _kind("mails", _("E-mails that were refused"), _("Look at the address and send them again."), mails, _mail),
        _kind(
            "mail_queue",
            _("E-mails that wait"),
            _("The mail server did not take them yet."),
            waiting.defer("facts"),
            _mail,
        ),
        _kind(
            "wrong", _("Payments of another amount"), _("Compare with the provider and book by hand."), wrong, _of_order
        ),
        _kind(
            "refunds", _("Refunds to make"), _("Give back what is not owed."), refunds, _of_order, reverse("bo_refunds")
        ),
        _kind("overdue", _("Payments overdue"), _("Remind the customer."), overdue.order_by("payment_due"), _order),
        _kind("late", _("Promised and not delivered"), _("Tell the customer."), late.order_by("promised_date"), _order),
        _kind("ending", _("Offers that end soon"), _("Ask whether they are still wanted."), ending, _order),
        _kind("papers", _("Documents that could not be made"), _("Open the order and try again."), papers, _of_order),
        _kind("events", _("Payment events that could not be judged"), _("See the log."), events, _event),
        *(_slow(kind, title, now) for kind, title in WORK),
    ]
    return [kind for kind in found if kind is not None]


WORK: tuple[tuple[type[Deed], str | Promise], ...] = (
    (Measurement, _("Models that wait to be measured")),
    (PrintEstimate, _("Print times that wait to be worked out")),
    (Thumbnail, _("Pictures that wait to be drawn")),
    (Preview, _("3D views that wait to be made")),
    (Document, _("Documents that wait to be made")),
)


def _kind(
    code: str,
    title: str | Promise,
    advice: str | Promise,
    found: QuerySet[Any],
    item: Callable[[Any], Item],
    url: str = "",
) -> Kind | None:
    rows = list(found[: SHOWN + 1])
    if not rows:
        return None
    return Kind(code, title, advice, tuple(item(row) for row in rows[:SHOWN]), len(rows) > SHOWN, url)


def _slow(kind: type[Deed], title: str | Promise, now: datetime) -> Kind | None:
    rows = kind._default_manager.filter(state__in=UNFINISHED, created_at__lt=now - SLOW).order_by("created_at")
    return _kind(
        kind.__name__.lower(), title, _("Is the worker running? It goes on by itself as soon as it is."), rows, _deed
    )


def _order(order: Order) -> Item:
    day = order.payment_due or order.promised_date
    who = order.contact.get("name", "") or str(order.customer or "")
    return Item(f"#{order.number} · {who}", day.isoformat() if day else "", reverse("bo_order", args=[order.number]))


def _of_order(row: Any) -> Item:
    return Item(f"#{row.order.number}", str(row), reverse("bo_order", args=[row.order.number]))


def _mail(mail: OutgoingEmail) -> Item:
    return Item(", ".join(mail.to), mail.last_error[:120], reverse("bo_email", args=[mail.pk]))


def _event(event: ProviderEvent) -> Item:
    return Item(event.kind, event.event, "")


def _deed(row: Deed) -> Item:
    return Item(f"{row._meta.verbose_name} {row.pk}", "", "")
