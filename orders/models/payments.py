"""Paying online: each try is a row, and so is every word of a provider, before it is believed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.money import MoneyField
from orders.models.order import Order
from quoting.models import Deed


class Checkout(models.Model):
    """One try to pay online. What the provider says is asked for anew each time; this row keeps what it said last."""

    class State(models.TextChoices):
        STARTING = "starting", _("Starting")
        OPEN = "open", _("Open")
        PROCESSING = "processing", _("Being processed")
        PAID = "paid", _("Paid")
        FAILED = "failed", _("Failed")
        CLOSING = "closing", _("Closing")
        CLOSED = "closed", _("Closed")
        WRONG = "wrong", _("Other amount or currency")

    order = models.ForeignKey(Order, models.PROTECT, related_name="checkouts")
    provider = models.CharField(max_length=12)
    key = models.CharField(max_length=160, unique=True, help_text="Names the deed, to the provider too")
    amount = MoneyField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=12, choices=State.choices, default=State.STARTING)
    session = models.CharField(max_length=200, blank=True, db_index=True, help_text="The provider's name for it")
    url = models.TextField(blank=True)
    told = models.JSONField(default=dict, help_text="What the provider said last")
    created_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(state__in=["starting", "open"]), name="one_checkout_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.amount} {self.currency} ({self.state})"


class ProviderEvent(Deed):
    """What a provider sent, stored before it is judged. The same event is stored once."""

    provider = models.CharField(max_length=12)
    event = models.CharField(max_length=200)
    kind = models.CharField(max_length=80)
    body = models.JSONField()
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="provider_events")
    outcome = models.CharField(max_length=40, blank=True, help_text="Code: what came of it")
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["provider", "event"], name="one_event_once")]
        indexes = [models.Index(fields=["next_try"], condition=Q(state__in=["waiting", "working"]), name="event_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.event}"
