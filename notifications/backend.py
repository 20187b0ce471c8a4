"""Mails of other libraries go through the same outbox: kept when the broker or the mail server is down, sent later."""

from collections.abc import Sequence
from uuid import uuid4

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone, translation

from notifications.clean import cleaned
from notifications.matrix import ACCOUNT_EVENT
from notifications.models import OutgoingEmail
from notifications.outbox import new_message_id, wake


class OutboxBackend(BaseEmailBackend):
    """What comes through here are mails of the log-in. Their bodies are erased once they are sent."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        rows = [_row(message) for message in email_messages if message.recipients()]
        OutgoingEmail.objects.bulk_create(rows)
        wake(rows)
        return len(rows)


def _row(message: EmailMessage) -> OutgoingEmail:
    if message.attachments or message.bcc:
        raise ValueError("mails with attachments or blind copies are not foreseen here: use notifications.outbox")
    facts = {"subject": str(message.subject), "body": str(message.body)}
    if html := _html(message):
        facts["html"] = html
    return OutgoingEmail(
        about=ACCOUNT_EVENT,
        event=ACCOUNT_EVENT,
        audience=ACCOUNT_EVENT,
        key=f"{ACCOUNT_EVENT}:{uuid4()}",
        to=list(message.to),
        cc=list(message.cc),
        language=translation.get_language() or "en",
        facts=cleaned(facts),
        next_try=timezone.now(),
        message_id=new_message_id(),
    )


def _html(message: EmailMessage) -> str:
    if isinstance(message, EmailMultiAlternatives):
        for content, mimetype in message.alternatives:
            if mimetype == "text/html":
                return str(content)
    return ""
