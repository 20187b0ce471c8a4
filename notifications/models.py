from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class OutgoingEmail(models.Model):
    """One mail that is owed. Written in the transaction of the deed that owes it, delivered by the worker."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("Sending")
        SENT = "sent", _("Sent")
        KEPT = "kept", _("Kept")  # no SMTP server is set up: shown on a page instead
        REFUSED = "refused", _("Refused")

    about = models.CharField(max_length=40, db_index=True, help_text='"order:17": a plain value, no key upward')
    event = models.CharField(max_length=40)
    audience = models.CharField(max_length=10)
    key = models.CharField(max_length=160, unique=True, help_text="The deed and the audience: twice is impossible")
    to = models.JSONField()
    cc = models.JSONField(default=list)
    language = models.CharField(max_length=8, default="en")
    facts = models.JSONField(default=dict, help_text="Frozen when the deed was done; no secrets, no tokens")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    delivered_to = models.JSONField(
        default=list, help_text="Addresses that the server has taken it for: never sent again"
    )
    refused_recipients = models.JSONField(default=list, help_text="Addresses that the server has refused for good")
    message_id = models.CharField(max_length=160)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            # Not a partial one: SQLite does not use those for a query with parameters.
            models.Index(fields=["state", "next_try"], name="email_due"),
            models.Index(fields=["created_at"], name="email_created"),
        ]

    def __str__(self) -> str:
        return self.key


class Wording(models.Model):
    """The shop's own words for a mail, in place of those in wording.py. No row: those hold."""

    event = models.CharField(max_length=40)
    audience = models.CharField(max_length=10)
    subject = models.CharField(max_length=160)
    heading = models.CharField(max_length=120)
    text = models.TextField(help_text="Paragraphs, parted by empty lines")
    button = models.CharField(max_length=60)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "audience"], name="one_wording")]

    def __str__(self) -> str:
        return f"{self.event} to {self.audience}"
