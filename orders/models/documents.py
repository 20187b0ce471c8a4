"""Papers of an order: each a row that the worker makes a PDF of. What was issued never changes."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.money import MoneyField
from orders.models.order import Order
from orders.models.records import OfferRevision
from quoting.models import Deed


class Counter(models.Model):
    """The next number of a series. Locked while one is given, so that there are no gaps and no doubles."""

    series = models.CharField(primary_key=True, max_length=20)
    next = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.series} {self.next}"


class Document(Deed):
    """Owed when the row is there, issued once it has facts (and a number, where its kind has one), made once it has a file."""

    class Kind(models.TextChoices):
        OFFER = "offer", _("Offer")
        CONFIRMATION = "confirmation", _("Order confirmation")
        PRO_FORMA = "pro_forma", _("Pro-forma invoice")
        INVOICE = "invoice", _("Invoice")
        CREDIT_NOTE = "credit_note", _("Credit note")
        RECEIPT = "receipt", _("Receipt")
        DELIVERY_NOTE = "delivery_note", _("Delivery note")
        JOB_CARD = "job_card", _("Job card")

    order = models.ForeignKey(Order, models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    key = models.CharField(max_length=160, unique=True, help_text="What it is owed for: once per deed")
    revision = models.ForeignKey(OfferRevision, models.PROTECT, null=True, related_name="documents")
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")
    amount = MoneyField(null=True, help_text="With tax: of the credit note or the payment; null: of the order")
    series = models.CharField(max_length=20, blank=True)
    sequence = models.PositiveIntegerField(null=True)
    number = models.CharField(max_length=30, blank=True)
    issued_at = models.DateTimeField(null=True)
    facts = models.JSONField(null=True, help_text="All that stands on it, frozen when it was issued")
    facts_sha256 = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=120, blank=True, help_text="Where the storage keeps the PDF")
    pdf_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "sequence"], condition=Q(sequence__isnull=False), name="one_number_per_series"
            ),
            models.CheckConstraint(
                name="issued_has_facts", condition=Q(issued_at__isnull=True) | Q(facts__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["next_try"], condition=Q(state__in=["waiting", "working"]), name="document_due")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}".strip()

    @property
    def is_issued(self) -> bool:
        return self.issued_at is not None
