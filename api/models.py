"""Keys by which programs come in, what they did, and the webhooks that tell programs elsewhere."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from quoting.models import Deed


class ApiKey(models.Model):
    """Lets a program act as a person: never more than this person may, and of that what its scopes name.

    The key itself is not kept, only its SHA-256: 256 random bits need no slow hash.
    """

    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="api_keys")
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=12, unique=True, help_text="The part of the key that pages show")
    sha256 = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    last_used_at = models.DateTimeField(null=True)
    # --- the rate limit: calls in the minute that is counted
    minute = models.BigIntegerField(default=0, help_text="Minutes since 1970")
    calls = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["user", "-id"], name="keys_of_user")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class ApiCall(models.Model):
    """A line per call: which operation and what came of it, no addresses and no contents. Kept for 30 days."""

    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="log")
    at = models.DateTimeField(db_index=True)
    method = models.CharField(max_length=8)
    operation = models.CharField(max_length=60)
    status = models.PositiveSmallIntegerField()
    ms = models.PositiveIntegerField()
    request_id = models.CharField(max_length=12)

    class Meta:
        indexes = [models.Index(fields=["key", "-id"], name="calls_of_key")]


class Answered(models.Model):
    """The answer to a POST with an Idempotency-Key, written in the transaction of what it did. Kept for 7 days."""

    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="answered")
    token = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 over path and body")
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "token"], name="answered_once")]


class Endpoint(models.Model):
    """Where webhooks go. Of a company: about its own orders; of none, the shop's: about all."""

    class Why(models.TextChoices):
        BY_HAND = "by_hand", _("Switched off by hand")
        FAILING = "failing", _("Nothing arrived for too long")

    company = models.ForeignKey("accounts.Company", models.CASCADE, null=True, related_name="+")
    created_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    url = models.CharField(max_length=500)
    salt = models.CharField(max_length=32, help_text="The signing secret is derived of it and the machine's key")
    created_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True)
    disabled_because = models.CharField(max_length=10, choices=Why.choices, blank=True)
    failing_since = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True, help_text="After a failure the others wait too")

    class Meta:
        indexes = [models.Index(fields=["company"], condition=Q(disabled_at__isnull=True), name="endpoints_on")]

    def __str__(self) -> str:
        return self.url

    @property
    def is_on(self) -> bool:
        return self.disabled_at is None


class Delivery(Deed):
    """A message that is owed to an endpoint, written in the transaction of what it tells."""

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries")
    uid = models.UUIDField(default=uuid4, unique=True, help_text="The same on every attempt: receivers know it again")
    key = models.CharField(max_length=160, unique=True, help_text="The deed and the endpoint: twice is impossible")
    event = models.CharField(max_length=40)
    about = models.CharField(max_length=40, help_text='"order:17"')
    body = models.TextField(help_text="The JSON as it is signed and sent")
    tries = models.PositiveSmallIntegerField(default=0, help_text="Since it was written or sent again by hand")
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(fields=["state", "next_try"], name="delivery_due"),
            models.Index(fields=["endpoint", "-id"], name="deliveries_of"),
        ]

    def __str__(self) -> str:
        return str(self.uid)


class Attempt(models.Model):
    """One try to deliver. What the other side answered beyond its status is neither kept nor shown."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="log")
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, help_text="Of the answer, if there was one")
    error = models.CharField(max_length=40, blank=True, help_text="A code of api.words.ERRORS")
    ms = models.PositiveIntegerField()

    class Meta:
        ordering = ["id"]
