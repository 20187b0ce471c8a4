"""What happened to an order: append-only records around it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.money import MoneyField
from orders.models.order import Order
from orders.models.status import Status


class HistoryEntry(models.Model):
    """One deed. Append-only, keyed by the deed and chained by HMAC (workflow/history.py).

    Personal words stand in `details`; the chain holds only their salted digest, so that they can be erased.
    """

    class Kind(models.TextChoices):
        STATUS = "status", _("Status")
        EDIT = "edit", _("Edit")
        PAYMENT = "payment", _("Payment")
        NOTE = "note", _("Note")

    order = models.ForeignKey(Order, models.PROTECT, related_name="history")
    key = models.CharField(max_length=160)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.STATUS)
    name = models.CharField(max_length=40)
    from_status = models.CharField(max_length=32)
    to_status = models.CharField(max_length=32)
    at = models.DateTimeField()
    actor = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    actor_role = models.CharField(max_length=12)
    mailed_customer = models.BooleanField(default=True)
    details = models.JSONField(null=True, help_text="Reason, note, on whose behalf …; null once erased")
    salt = models.CharField(max_length=32, blank=True)
    details_digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "history entries"
        constraints = [
            models.UniqueConstraint(fields=["order", "key"], name="one_deed_once"),
            models.UniqueConstraint(fields=["order", "previous"], name="one_chain"),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.from_status} → {self.to_status}"

    @property
    def from_label(self) -> str:
        return str(Status(self.from_status).label)

    @property
    def to_label(self) -> str:
        return str(Status(self.to_status).label)

    @property
    def note(self) -> str:
        """For the customer: the only words of a deed that pages and mails show."""
        return (self.details or {}).get("note", "")

    @property
    def reason(self) -> str:
        """For staff (and for customers where they gave it)."""
        return (self.details or {}).get("reason", "")


class OfferRevision(models.Model):
    """What was offered: an immutable snapshot. Revision 0 is the budget offer as submitted, or the order as placed."""

    class State(models.TextChoices):
        BUDGET = "budget", _("Budget offer")
        SENT = "sent", _("Sent")
        SUPERSEDED = "superseded", _("Superseded")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        ACCEPTED = "accepted", _("Accepted")

    order = models.ForeignKey(Order, models.PROTECT, related_name="offers")
    revision = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=State.choices)
    snapshot = models.JSONField()
    sha256 = models.CharField(max_length=64)
    valid_until = models.DateField(null=True)
    expiry_told_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["revision"]
        constraints = [
            models.UniqueConstraint(fields=["order", "revision"], name="one_revision"),
            models.UniqueConstraint(fields=["order"], condition=Q(state="sent"), name="one_offer_open"),
        ]

    def __str__(self) -> str:
        return f"{self.order} revision {self.revision}"


class Acceptance(models.Model):
    """Who agreed to what, when, from where."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="acceptances")
    offer = models.ForeignKey(OfferRevision, models.PROTECT, related_name="acceptances")
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=12)
    name = models.CharField(max_length=120)
    entered_by_staff = models.BooleanField(default=False)
    how = models.TextField(blank=True, help_text="How the customer told the staff who entered it")
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=200, blank=True)
    terms_version = models.CharField(max_length=20, blank=True)
    choices = models.JSONField(default=dict, help_text="Line chosen per group of alternatives")
    snapshot_sha256 = models.CharField(max_length=64)
    choice_sha256 = models.CharField(max_length=64)


class PurchaseOrder(models.Model):
    class State(models.TextChoices):
        PROVIDED = "provided", _("Provided")
        REPLACED = "replaced", _("Replaced")
        ACCEPTED = "accepted", _("Accepted")
        REJECTED = "rejected", _("Rejected")
        VOID = "void", _("No longer counts")

    order = models.ForeignKey(Order, models.PROTECT, related_name="purchase_orders")
    number = models.CharField(max_length=60)
    file = models.FileField(upload_to="po/", blank=True)
    total = MoneyField(null=True, help_text="As it stands on the purchase order")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROVIDED)
    provided_at = models.DateTimeField()
    provided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    difference_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(state__in=["provided", "accepted"]), name="one_po_that_counts"
            )
        ]

    def __str__(self) -> str:
        return self.number


class LedgerEntry(models.Model):
    """Money that moved, or was written off. Append-only."""

    class Kind(models.TextChoices):
        PAYMENT = "payment", _("Payment")
        REFUND = "refund", _("Refund")
        CREDIT_NOTE = "credit_note", _("Credit note")

    order = models.ForeignKey(Order, models.PROTECT, related_name="ledger")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    amount = MoneyField()
    of_surplus = models.BooleanField(default=False, help_text="A refund of what was received above what is owed")
    gives_back = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="given_back", help_text="Of a refund: the payment, where known"
    )
    method = models.CharField(max_length=40, blank=True)
    key = models.CharField(max_length=160, unique=True)
    at = models.DateTimeField()
    actor = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(name="amount_positive", condition=Q(amount__gt=0))]


class RefundRequest(models.Model):
    """Money that is to be given back: the refund queue."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DONE = "done", _("Done")
        TAKEN_BACK = "taken_back", _("Taken back")

    order = models.ForeignKey(Order, models.PROTECT, related_name="refund_requests")
    amount = MoneyField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    because = models.CharField(max_length=40, help_text="Code: canceled, surplus")
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.amount} {self.order.currency}"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order", "because"], condition=Q(state="open"), name="one_open_refund_request"
            )
        ]


class OrderText(models.Model):
    """All that an order is searched by, in one row of lower case (workflow/searching.py): one index finds everything."""

    order = models.OneToOneField(Order, models.CASCADE, primary_key=True, related_name="words")
    text = models.TextField()
