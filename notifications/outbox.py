"""Mails that are owed are rows, written in the transaction of the deed that owes them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import Any
from uuid import uuid4

from celery import current_app
from django.conf import settings
from django.db import transaction

from notifications.clean import cleaned
from notifications.matrix import EVENTS
from notifications.models import OutgoingEmail


@dataclass(frozen=True, slots=True)
class Recipients:
    """Plain addresses and languages of the two sides."""

    customer: str
    shop: str
    language: str = "en"
    shop_language: str = "en"
    billing: str = ""  # gets a copy where the table says so
    others: tuple[str, ...] = ()  # whom the customer added


def enqueue(
    *,
    event: str,
    about: str,
    deed: str,
    to: Recipients,
    facts: Callable[[str, str], dict[str, Any]],
    now: datetime,
    skip: Iterable[str] = (),
) -> list[OutgoingEmail]:
    """Write the mails that `event` owes, in the caller's transaction, and wake the worker once it is committed.

    `facts(audience, language)` gives what the mail will say; it is frozen in the row. `deed` makes the key: a second
    call for the same deed raises IntegrityError.
    """
    rule, rows = EVENTS[event], []
    for audience in rule.audiences:
        if audience in skip:
            continue
        customer = audience == "customer"
        language = to.language if customer else to.shop_language
        rows.append(
            OutgoingEmail(
                about=about,
                event=event,
                audience=audience,
                key=f"{deed}:{event}:{audience}",
                to=[to.customer, *to.others] if customer else [to.shop],
                cc=_copies(to) if customer and rule.billing_copy else [],
                language=language,
                facts=cleaned(facts(audience, language)),  # PostgreSQL takes no NUL, and the deed must not fail
                next_try=now,
                created_at=now,
                message_id=new_message_id(),
            )
        )
    OutgoingEmail.objects.bulk_create(rows)
    wake(rows)
    return rows


def _copies(to: Recipients) -> list[str]:
    """The billing contact, unless it is somebody who gets the mail anyway."""
    known = {address.lower() for address in (to.customer, *to.others)}
    return [to.billing] if to.billing and to.billing.lower() not in known else []


def new_message_id() -> str:
    """Of the sender's domain, so that receivers trust it, and kept by the mail however often it is sent."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{uuid4()}@{domain}>"


def wake(rows: list[OutgoingEmail]) -> None:
    """Tell the worker once the transaction is through: once for all rows, as it looks for whatever is due."""
    if rows:
        transaction.on_commit(lambda: announce(rows[0].pk))


def announce(email_id: int) -> None:
    current_app.announce("notifications.tasks.deliver", [email_id])
