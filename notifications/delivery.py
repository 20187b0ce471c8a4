"""Claim → send → mark. A mail is sent at least once; a second time only when its worker died in between, and then with
the same Message-ID.

The claim is a conditional UPDATE, committed before the server is spoken to; it runs out after LEASE, and the
conversation ends well before that, so that nobody sends what somebody else is still sending. `attempts` goes up with
each claim and marks whose it is: who lost it to another no longer writes.
"""

import logging
import time
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from notifications import links, mailbox, smtp
from notifications.letter import compose
from notifications.matrix import ACCOUNT_EVENT
from notifications.models import OutgoingEmail
from notifications.outbox import announce
from notifications.rendering import NotReady, render

log = logging.getLogger("partwright.mail")

State = OutgoingEmail.State
LEASE = timedelta(seconds=30)
TIMEOUT = 20.0  # seconds for one conversation
MARGIN = 3.0  # between its end at the latest and the end of the lease
MINUTE, HOUR = 60, 3600
# Seconds until the next try; after the last, about three days, it is given up and shown to staff.
DELAYS = (30, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, *([12 * HOUR] * 4))
WAITS_FOR_ATTACHMENT = 4  # tries; then it goes without, and the page has the document


def _is_due(now: datetime) -> Q:
    """Waiting, or left in sending by a worker that died: `next_try` is then the end of its lease."""
    return Q(state__in=[State.WAITING, State.SENDING]) & (Q(next_try__lte=now) | Q(next_try=None))


def due(now: datetime, limit: int) -> list[int]:
    """In the order in which they were written, but fresh ones before those that gave trouble."""
    rows = OutgoingEmail.objects.filter(_is_due(now)).order_by("attempts", "pk")
    return list(rows.values_list("pk", flat=True)[:limit])


def deliver(email_id: int, now: datetime) -> bool:
    """Send this mail if it is due and nobody else is at it. True when it was ours. Raises for no mail trouble."""
    if not settings.SMTP_URL:
        return _keep(email_id, now)
    row = _claim(email_id, now)
    if row is None:
        return False
    try:
        _send(row, now)
    except NotReady:
        _postpone(row, now, "an attachment is not there yet")
    except Exception as error:  # a fault of ours in this one mail must not keep the others waiting
        log.exception("mail=%s not rendered", row.pk)
        _postpone(row, now, f"{type(error).__name__}: {error}")
    return True


def send_again(email_id: int, now: datetime) -> bool:
    """Staff give a refused mail another chance. False when it is not refused (any more), or its body is erased."""
    changes = {"state": State.WAITING, "next_try": now, "attempts": 0, "refused_recipients": []}
    refused = OutgoingEmail.objects.filter(pk=email_id, state=State.REFUSED).exclude(event=ACCOUNT_EVENT)
    if not refused.update(**changes):
        return False
    transaction.on_commit(lambda: announce(email_id))
    return True


def _keep(email_id: int, now: datetime) -> bool:
    """No server is set up: the mail stays here, to be read on a page."""
    row = OutgoingEmail.objects.filter(_is_due(now), pk=email_id).first()
    if row is None:
        return False
    facts = row.facts if mailbox.is_open() else _shown_to_staff(row)
    still = OutgoingEmail.objects.filter(pk=row.pk, state=row.state, attempts=row.attempts)
    return bool(still.update(state=State.KEPT, next_try=None, facts=facts))


def _claim(email_id: int, now: datetime) -> OutgoingEmail | None:
    # Durable: inside somebody's transaction the claim would be seen by nobody.
    with transaction.atomic(durable=True):
        row = OutgoingEmail.objects.filter(_is_due(now), pk=email_id).first()
        if row is None:
            return None
        free = OutgoingEmail.objects.filter(_is_due(now), pk=email_id, attempts=row.attempts)
        if row.state == State.SENDING and row.attempts > len(DELAYS):
            # So often begun and never brought to an end: perhaps this very mail kills the worker.
            free.update(
                state=State.REFUSED, next_try=None, last_error="the worker ended in the middle, again and again"
            )
            return None
        row.attempts += 1
        claim = {"state": State.SENDING, "claimed_at": now, "next_try": now + LEASE, "attempts": row.attempts}
        return row if free.update(**claim) else None


def _send(row: OutgoingEmail, now: datetime) -> None:
    """One conversation, or two where the billing contact's copy is not the same mail."""
    server = smtp.server(settings.SMTP_URL)
    ends = time.monotonic() + LEASE.total_seconds() - MARGIN
    errors: list[str] = []
    later: list[str] = []
    left = _outstanding(row)
    for copy, addresses in _envelopes(row):
        if not (wanted := [address for address in addresses if address in left]):
            continue
        letter = compose(row, render(row, copy=copy, patient=row.attempts <= WAITS_FOR_ATTACHMENT), copy=copy)
        seconds = min(TIMEOUT, ends - time.monotonic())
        answer = smtp.send(server, letter, wanted, max(seconds, 0.01))
        row.delivered_to = [*row.delivered_to, *answer.accepted]
        row.refused_recipients = [*row.refused_recipients, *answer.refused]
        later += answer.later
        errors += dict.fromkeys((*answer.refused.values(), *answer.later.values()))
        _mark(row, delivered_to=row.delivered_to, refused_recipients=row.refused_recipients)
    said = "; ".join(errors)
    if later:
        _postpone(row, now, said)
    else:
        _finish(row, State.SENT if row.delivered_to else State.REFUSED, now, said)


def _envelopes(row: OutgoingEmail) -> list[tuple[bool, list[str]]]:
    if links.copy_differs(row):
        return [(False, row.to), (True, row.cc)]
    return [(False, [*row.to, *row.cc])]


def _outstanding(row: OutgoingEmail) -> set[str]:
    """Who has not got it yet, without those who were refused for good; those only when nobody else is left."""
    missing = {*row.to, *row.cc} - {*row.delivered_to}
    if missing - {*row.refused_recipients}:
        return missing - {*row.refused_recipients}
    row.refused_recipients = []
    return missing


def _postpone(row: OutgoingEmail, now: datetime, error: str) -> None:
    if row.attempts > len(DELAYS):
        given_up = f"given up after {row.attempts} attempts: {error}"
        row.refused_recipients = sorted({*row.to, *row.cc} - {*row.delivered_to})
        _finish(row, State.REFUSED, now, given_up)
        return
    wait = DELAYS[row.attempts - 1]
    log.warning("mail=%s attempt %s failed, again in %s s", row.pk, row.attempts, wait)
    _mark(row, state=State.WAITING, next_try=now + timedelta(seconds=wait), last_error=error)


def _finish(row: OutgoingEmail, state: OutgoingEmail.State, now: datetime, error: str) -> None:
    sent = now if state == State.SENT else None
    facts, refused = _shown_to_staff(row), row.refused_recipients
    _mark(row, state=state, next_try=None, sent_at=sent, last_error=error, facts=facts, refused_recipients=refused)
    log.info("mail=%s %s after %s attempts", row.pk, state.value, row.attempts)


def _shown_to_staff(row: OutgoingEmail) -> dict[str, Any]:
    """The facts, of a mail of the log-in its subject alone: its body holds links that sign somebody in."""
    facts: dict[str, Any] = row.facts
    return {"subject": facts.get("subject", "")} if row.event == ACCOUNT_EVENT else facts


def _mark(row: OutgoingEmail, **values: Any) -> None:
    """Write what came of it, unless the lease ran out and another worker has it now."""
    ours = OutgoingEmail.objects.filter(pk=row.pk, state=State.SENDING, attempts=row.attempts)
    if not ours.update(**values):
        log.warning("mail=%s was taken over by another worker", row.pk)
