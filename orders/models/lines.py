"""What is ordered."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.money import MoneyField
from orders.models.order import Order
from quoting.pricing.contract import LinePrice, Selection


class Work(models.TextChoices):
    """How far a line is, for the shop. The order itself moves only by transitions."""

    NOT_BEGUN = "", _("Not begun")
    MAKING = "making", _("Being made")
    FINISHING = "finishing", _("Post-production")
    AGAIN = "again", _("Being made again")
    DONE = "done", _("Done")


class OrderLine(models.Model):
    """A part with what was chosen for it, or a fee of the shop (no part)."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    part = models.ForeignKey("quoting.Part", models.PROTECT, null=True, related_name="lines")
    name = models.CharField(max_length=200)
    selection = models.JSONField(default=dict, help_text="pricing.contract.Selection")
    process = models.CharField(max_length=40, blank=True, db_index=True)
    material = models.CharField(max_length=40, blank=True, db_index=True)
    quantity = models.PositiveIntegerField(default=1)
    note = models.TextField(blank=True, help_text="The customer's words")
    staff_note = models.TextField(blank=True)
    # --- price
    price = models.JSONField(null=True, help_text="pricing.contract.LinePrice")
    state = models.CharField(max_length=12, default="working", help_text="pricing.contract.PriceState")
    net = MoneyField(null=True, help_text="Null unless priced")
    tax_class = models.CharField(max_length=20, default="standard")
    override = MoneyField(null=True, blank=True, help_text="Price set by hand, beside the computed one")
    override_reason = models.CharField(max_length=200, blank=True)
    lead_days = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Business days set by hand")
    price_hidden = models.BooleanField(default=False)
    counts = models.BooleanField(default=True, help_text="False for an alternative that is not the one in the sums")
    # --- review
    quote_by_hand = models.BooleanField(default=False, help_text="The customer kept a part that could not be measured")
    left_out = models.BooleanField(default=False, help_text="Not part of the offer")
    alternative_group = models.CharField(max_length=20, blank=True, help_text="One line of each group is chosen")
    # --- production
    work = models.CharField(max_length=12, choices=Work.choices, default=Work.NOT_BEGUN, blank=True)
    work_note = models.CharField(max_length=200, blank=True)
    needs_adjusting = models.BooleanField(default=False, help_text="Never released by the system")

    # Set on a copy that stands for a revision (workflow.snapshot): level, reason and accepted_at of its risks.
    frozen_risks: "list[dict[str, Any]] | None" = None

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="one_line_per_position"),
            models.CheckConstraint(name="fee_has_amount", condition=Q(part__isnull=False) | Q(override__isnull=False)),
            models.CheckConstraint(name="at_least_one", condition=Q(quantity__gte=1)),
            models.CheckConstraint(name="priced_has_net", condition=~Q(state="priced") | Q(net__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"

    @property
    def is_fee(self) -> bool:
        return self.part_id is None

    @property
    def choice(self) -> Selection:
        return Selection.model_validate(self.selection)

    @property
    def line_price(self) -> LinePrice | None:
        return LinePrice.model_validate(self.price) if self.price else None

    @property
    def is_priced(self) -> bool:
        return self.state == "priced"


class LineWarning(models.Model):
    """What a customer must change, or must see and accept, before the order can be placed."""

    class Level(models.TextChoices):
        MUST_CHANGE = "must_change", _("Must change")
        REVIEW_AND_ACCEPT = "review_and_accept", _("Review and accept")

    line = models.ForeignKey(OrderLine, models.CASCADE, related_name="warnings")
    level = models.CharField(max_length=20, choices=Level.choices)
    reason = models.JSONField(help_text="geometry.values.Reason")
    place = models.JSONField(null=True, help_text="Where on the model")
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line", "reason"], name="one_warning_per_reason")]
