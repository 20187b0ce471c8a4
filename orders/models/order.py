"""The order, from basket to delivery: one object. `orders.workflow` has the two doors by which it is changed."""

from decimal import ROUND_HALF_UP, Decimal
from secrets import token_urlsafe
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from accounts.money import CENT, MoneyField
from orders.models.status import CANCELED, PaymentStatus, Status
from orders.models.transitions import Transitions
from quoting.pricing.catalogue import by_key
from quoting.pricing.contract import OrderBreakdown

if TYPE_CHECKING:
    from orders.models.lines import OrderLine
    from orders.models.records import PurchaseOrder

ZERO = Decimal("0.00")


def new_public_id() -> str:
    """Long enough that nobody guesses it: 24 random bytes."""
    return token_urlsafe(24)


class Order(Transitions):
    # --- who and which
    public_id = models.CharField(max_length=48, unique=True, default=new_public_id)
    number = models.PositiveIntegerField(unique=True, null=True)
    version = models.PositiveIntegerField(default=0, help_text="Counts edits and moves: a stale form is told")
    company = models.ForeignKey("accounts.Company", models.PROTECT, null=True, related_name="orders")
    customer = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="orders")
    guest_key = models.CharField(max_length=40, blank=True, db_index=True)
    owner = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", help_text="Who of the staff"
    )
    from_quotation_tool = models.BooleanField(default=False)
    contact = models.JSONField(default=dict, help_text="name, email, phone")
    shipping_address = models.JSONField(default=dict)
    billing_address = models.JSONField(default=dict)
    shipping_method = models.CharField(max_length=40, blank=True)
    customer_reference = models.CharField(max_length=60, blank=True)
    customer_note = models.TextField(blank=True)
    staff_note = models.TextField(blank=True, help_text="Never shown to the customer")
    offer_note = models.TextField(blank=True, help_text="The shop's words on the offer")
    also_notify = models.JSONField(default=list, help_text="E-mail addresses that the customer added")
    undo = models.JSONField(null=True, help_text="Of a draft: what the lines were before the last change of many")
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True)
    placed_at = models.DateTimeField(null=True)
    # --- price
    price_list = models.ForeignKey("quoting.PriceListVersion", models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3, default="EUR")
    breakdown = models.JSONField(null=True, help_text="pricing.contract.OrderBreakdown")
    priced_terms = models.JSONField(null=True, help_text="pricing.contract.OrderTerms of the breakdown")
    net = MoneyField(default=ZERO)
    tax = MoneyField(default=ZERO)
    total = MoneyField(default=ZERO)
    promo_code = models.CharField(
        max_length=40, blank=True, help_text="As entered; judged whenever the order is priced"
    )
    discount_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    discount_amount = MoneyField(null=True, blank=True)
    discount_label = models.CharField(max_length=60, blank=True, help_text="What the customer reads of it")
    shipping_price = MoneyField(null=True, blank=True, help_text="Set by hand, in place of the method's bands")
    price_hidden = models.BooleanField(
        default=False, help_text="To be determined: not shown before the shop has looked"
    )
    review_reasons = models.JSONField(default=list, help_text="geometry.values.Reason: why it must be reviewed")
    # --- money, kept by the ledger under this row's lock
    paid = MoneyField(default=ZERO, help_text="All payments")
    refunded = MoneyField(default=ZERO, help_text="All refunds")
    surplus_returned = MoneyField(default=ZERO, help_text="Refunds of what was received above what is owed")
    credited = MoneyField(default=ZERO, help_text="Credit notes for price reductions")
    payment_target = MoneyField(default=ZERO, help_text="What must have been received to cover what was asked for")
    prepayment_percent = models.PositiveSmallIntegerField(default=0, help_text="Frozen when agreed")
    net_days = models.PositiveSmallIntegerField(null=True, help_text="Net terms, if there are any")
    terms_reached_on = models.DateField(null=True, help_text="When the status that starts the net days was reached")
    po_accepted_on = models.DateField(null=True)
    payment_due = models.DateField(null=True)
    payment_due_set_on = models.DateField(null=True)
    due_marked_for = models.DateField(null=True, help_text="The due date for which it was marked due")
    due_reminded_for = models.DateField(null=True, help_text="The due date of which the customer was reminded")
    # --- where the work stands
    held_from = models.CharField(max_length=32, blank=True)
    held_at = models.DateTimeField(null=True)
    canceled_from = models.CharField(max_length=32, blank=True)
    canceled_at = models.DateTimeField(null=True)
    last_production = models.CharField(max_length=32, blank=True)
    released_at = models.DateTimeField(null=True)
    produced_at = models.DateTimeField(null=True, help_text="When a status after the release was first entered")
    promised_date = models.DateField(null=True)
    carrier = models.CharField(max_length=60, blank=True)
    tracking = models.CharField(max_length=80, blank=True)
    acceptance = models.ForeignKey(
        "orders.Acceptance", models.PROTECT, null=True, related_name="+", help_text="The one that counts"
    )
    post_payment_status = models.CharField(max_length=32, blank=True, help_text="The shop's setting when agreed")
    offered_total = MoneyField(
        null=True, help_text="Of the newest revision, if all of it has a price: seen outside until agreed"
    )
    history_head = models.CharField(max_length=64, blank=True, help_text="Hash of the newest history entry")

    class Meta:
        constraints = [
            models.CheckConstraint(name="known_status", condition=Q(status__in=Status.values)),
            models.CheckConstraint(
                name="numbered_when_submitted", condition=Q(status=Status.DRAFT) | Q(number__isnull=False)
            ),
            models.CheckConstraint(
                name="one_kind_of_discount", condition=Q(discount_percent=None) | Q(discount_amount=None)
            ),
            models.CheckConstraint(name="held_from_somewhere", condition=~Q(status="on_hold") | ~Q(held_from="")),
            models.CheckConstraint(
                name="canceled_from_somewhere",
                condition=~Q(status__in=[s.value for s in CANCELED]) | ~Q(canceled_from=""),
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-number"], name="order_list"),
            models.Index(fields=["company", "-number"], name="my_orders"),
            models.Index(fields=["payment_due"], condition=Q(payment_due__isnull=False), name="order_due"),
        ]

    def __str__(self) -> str:
        return f"#{self.number}" if self.number else f"draft {self.public_id[:6]}"

    # Set on a copy that stands for a revision (workflow.snapshot): lines of its own, as yet or no longer in the database.
    frozen_lines: "list[OrderLine] | None" = None

    @property
    def offered_lines(self) -> "list[OrderLine]":
        """The lines that are part of it, by position."""
        if self.frozen_lines is not None:
            return self.frozen_lines
        found = self.lines.filter(left_out=False).select_related("part__measurement__thumbnail", "part__file")
        return list(found.order_by("position"))

    @property
    def total_outside(self) -> Decimal | None:
        """What its customer sees as its total; None while something is to be quoted."""
        return self.total if self.acceptance_id or self.is_draft else self.offered_total

    # --- status
    @property
    def state(self) -> Status:
        return Status(self.status)

    @property
    def is_draft(self) -> bool:
        return self.status == Status.DRAFT

    @property
    def is_canceled(self) -> bool:
        return self.status in CANCELED

    @property
    def is_released(self) -> bool:
        return self.released_at is not None

    @property
    def lines_can_change(self) -> bool:
        """Rule 6 of the lifecycle: until it is agreed; from `placed` on lines, prices and terms are fixed.

        While a firm offer is open they are the shop's working copy: outside the offer's revision is seen.
        """
        return self.status in (Status.DRAFT, Status.WAITING_FOR_REVIEW, Status.FIRM_OFFER_SENT)

    @property
    def is_pickup(self) -> bool:
        method = by_key(self.price_list.catalogue.shipping, self.shipping_method)
        return method is not None and method.pickup

    @property
    def has_accepted_po(self) -> bool:
        return self.purchase_orders.filter(state="accepted").exists()

    @property
    def counting_po(self) -> "PurchaseOrder | None":
        """The purchase order that counts, or the newest that was refused."""
        newest = list(self.purchase_orders.exclude(state="replaced").order_by("-id")[:5])
        counting = [po for po in newest if po.state in ("provided", "accepted")]
        return next(iter(counting or [po for po in newest if po.state == "rejected"]), None)

    @property
    def status_when_settled(self) -> str:
        """Where `payment_settled` leads."""
        if self.is_released:
            return self.last_production
        if self.post_payment_status and self.system_may_release:
            return self.post_payment_status
        return Status.PLACED

    @property
    def system_may_release(self) -> bool:
        return not self.lines.filter(needs_adjusting=True).exists()

    # --- money
    @property
    def price(self) -> OrderBreakdown | None:
        return OrderBreakdown.model_validate(self.breakdown) if self.breakdown else None

    @property
    def owed(self) -> Decimal:
        return self.total - self.credited

    @property
    def received(self) -> Decimal:
        return self.paid - self.refunded

    @property
    def balance(self) -> Decimal:
        return ZERO if self.is_canceled else max(ZERO, self.owed - self.received)

    @property
    def surplus(self) -> Decimal:
        """What was received above what is owed: it waits in the refund queue."""
        return max(ZERO, self.received - (ZERO if self.is_canceled else self.owed))

    @property
    def payment_status(self) -> PaymentStatus:
        """The first that fits, as in the lifecycle."""
        if self.paid == 0:
            return PaymentStatus.PAID if self.owed == 0 and not self.is_draft else PaymentStatus.UNPAID
        if self.received == 0:  # a payment that bounced leaves something to pay
            return PaymentStatus.UNPAID if self.balance > 0 else PaymentStatus.REFUNDED
        if self.balance > 0:
            return PaymentStatus.PARTIALLY_PAID
        if self.refunded > self.surplus_returned:
            return PaymentStatus.PARTIALLY_REFUNDED
        return PaymentStatus.PARTIALLY_PAID if self.received < self.owed else PaymentStatus.PAID

    @property
    def prepayment(self) -> Decimal:
        """The part of the total to be received before production, half up."""
        return (self.total * self.prepayment_percent / 100).quantize(CENT, ROUND_HALF_UP)

    @property
    def prepayment_met(self) -> bool:
        return self.received >= self.prepayment

    @property
    def amount_asked(self) -> Decimal:
        """The open part of what was asked for."""
        return max(ZERO, min(self.payment_target, self.owed) - self.received)
