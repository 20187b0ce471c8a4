"""Statuses: value, label, group and colour in one screen. Adding one is a line here and a generated migration;
tests fail until it has mails and transitions."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    DRAFT = "draft", _("Draft")
    WAITING_FOR_REVIEW = "waiting_for_review", _("Waiting for review")
    FIRM_OFFER_SENT = "firm_offer_sent", _("Firm offer sent")
    PLACED = "placed", _("Placed")
    PO_PROVIDED = "po_provided", _("PO provided")
    WAITING_FOR_PAYMENT = "waiting_for_payment", _("Waiting for payment")
    PO_PAYMENT_DUE = "po_payment_due", _("PO Payment due")
    FREE_FOR_MANUFACTURING = "free_for_manufacturing", _("Free for manufacturing")
    MANUFACTURING = "manufacturing", _("Manufacturing")
    POST_PRODUCTION = "post_production", _("Post-production")
    RE_PRINTING = "re_printing", _("Re-printing")
    READY_FOR_SHIPPING = "ready_for_shipping", _("Ready for shipping")
    SHIPPED = "shipped", _("Shipped")
    READY_FOR_PICKUP = "ready_for_pickup", _("Ready for pickup")
    DELIVERED = "delivered", _("Delivered")
    ON_HOLD = "on_hold", _("On hold")
    CANCELED_BY_CUSTOMER = "canceled_by_customer", _("Canceled by customer")
    CANCELED_BY_ADMIN = "canceled_by_admin", _("Canceled by admin")

    @property
    def group(self) -> str:
        return next(name for name, members in GROUPS.items() if self in members)


S = Status

# The group is also the colour: static/css has one `.status-<group>` each.
GROUPS: dict[str, tuple[Status, ...]] = {
    "draft": (S.DRAFT,),
    "offer": (S.WAITING_FOR_REVIEW, S.FIRM_OFFER_SENT),
    "agreed": (S.PLACED, S.PO_PROVIDED, S.WAITING_FOR_PAYMENT, S.PO_PAYMENT_DUE),
    "production": (S.FREE_FOR_MANUFACTURING, S.MANUFACTURING, S.POST_PRODUCTION, S.RE_PRINTING),
    "fulfilment": (S.READY_FOR_SHIPPING, S.SHIPPED, S.READY_FOR_PICKUP, S.DELIVERED),
    "hold": (S.ON_HOLD,),
    "canceled": (S.CANCELED_BY_CUSTOMER, S.CANCELED_BY_ADMIN),
}
GROUP_LABELS = {
    "draft": _("Draft"),
    "offer": _("Offer"),
    "agreed": _("Agreed"),
    "production": _("In production"),
    "fulfilment": _("Fulfilment"),
    "hold": _("On hold"),
    "canceled": _("Canceled"),
}
AGREED = GROUPS["agreed"]
PRODUCTION = GROUPS["production"] + GROUPS["fulfilment"]  # in working order: "going back" is measured along it
CANCELED = GROUPS["canceled"]
SUBMITTED = tuple(s for s in Status if s is not S.DRAFT)
ALIVE = tuple(s for s in SUBMITTED if s not in CANCELED)
NOT_HELD = tuple(s for s in ALIVE if s is not S.ON_HOLD)
FINISHED = (S.DELIVERED, *CANCELED)
# What the shop has to act upon comes first, what waits for the customer last, then what is finished.
ACTIONABLE = (
    S.WAITING_FOR_REVIEW,
    S.PLACED,
    S.PO_PROVIDED,
    S.FREE_FOR_MANUFACTURING,
    S.RE_PRINTING,
    S.MANUFACTURING,
    S.POST_PRODUCTION,
    S.READY_FOR_SHIPPING,
    S.PO_PAYMENT_DUE,
    S.ON_HOLD,
    S.READY_FOR_PICKUP,
    S.WAITING_FOR_PAYMENT,
    S.FIRM_OFFER_SENT,
    S.SHIPPED,
)
OPEN = 10_000_000_000  # positions from here upward are those of open orders


def position(status: str, number: int | None) -> int:
    """Where the list shows an order, the highest first: one number, so that one index sorts and cuts its pages.

    Open orders by what is to be done, each kind by number; then the finished ones by number. Drafts are at 0: in no list.
    """
    if status == S.DRAFT or number is None:
        return 0
    if status in FINISHED:
        return number
    rank = len(ACTIONABLE) - ACTIONABLE.index(S(status)) if status in ACTIONABLE else 1
    return rank * OPEN + number


class PaymentStatus(models.TextChoices):
    """Follows from the ledger; nobody sets it by hand."""

    UNPAID = "unpaid", _("Unpaid")
    PARTIALLY_PAID = "partially_paid", _("Partially paid")
    PAID = "paid", _("Paid")
    PARTIALLY_REFUNDED = "partially_refunded", _("Partially refunded")
    REFUNDED = "refunded", _("Refunded")
