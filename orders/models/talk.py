"""What shop and customer write to each other about an order, and what was sent of it."""

from django.db import models

from orders.models.lines import OrderLine
from orders.models.order import Order


class Message(models.Model):
    """Written once, never changed. An internal one is for staff alone."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="messages")
    key = models.CharField(max_length=160, help_text="Of the press that wrote it: once per order")
    from_shop = models.BooleanField()
    internal = models.BooleanField(default=False)
    author = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    body = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["order", "key"], name="one_message_per_press"),
            models.CheckConstraint(
                name="customers_write_nothing_internal", condition=models.Q(internal=False) | models.Q(from_shop=True)
            ),
        ]

    def __str__(self) -> str:
        return self.body[:60]


class Attachment(models.Model):
    """A file of a message. Kept under a name of ours; `name` is what its sender called it."""

    message = models.ForeignKey(Message, models.PROTECT, related_name="attachments")
    file = models.FileField(upload_to="messages/")
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Shipment(models.Model):
    """What went out together: part of an order, or the rest of it."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="shipments")
    key = models.CharField(max_length=160)
    carrier = models.CharField(max_length=60, blank=True)
    tracking = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()
    actor = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["order", "key"], name="one_shipment_per_press")]

    def __str__(self) -> str:
        return f"{self.carrier} {self.tracking}".strip()


class ShipmentLine(models.Model):
    shipment = models.ForeignKey(Shipment, models.PROTECT, related_name="lines")
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="shipped")
    quantity = models.PositiveIntegerField()

    class Meta:
        ordering = ["line__position"]
        constraints = [
            models.UniqueConstraint(fields=["shipment", "line"], name="one_row_per_shipped_line"),
            models.CheckConstraint(name="ships_at_least_one", condition=models.Q(quantity__gte=1)),
        ]
