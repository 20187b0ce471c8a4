"""The history of an order: append-only, one chain.

    hash = HMAC(history key, previous hash + what happened + digest of the details)
    digest = SHA-256(salt + details)

so that the personal words in `details` can be erased (with their salt) and the chain still verifies, while any change
behind the application's back shows.
"""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any

from django.conf import settings

from orders.models import HistoryEntry, Order
from orders.workflow.actors import Actor

FIRST = "0" * 64


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest_of(details: dict[str, Any], salt: str) -> str:
    return hashlib.sha256(salt.encode() + canonical(details)).hexdigest()


def link(entry: HistoryEntry) -> str:
    """The hash of an entry, from its fields and the one before it."""
    facts = [
        entry.previous,
        entry.order_id,
        entry.key,
        entry.kind,
        entry.name,
        entry.from_status,
        entry.to_status,
        entry.at.isoformat(),
        entry.actor_id,
        entry.actor_role,
        entry.mailed_customer,
        entry.details_digest,
    ]
    return hmac.new(settings.HISTORY_KEY.encode(), canonical(facts), hashlib.sha256).hexdigest()


def record(
    order: Order,
    *,
    key: str,
    name: str,
    before: str,
    actor: Actor,
    role: str,
    now: datetime,
    details: dict[str, Any],
    kind: str = HistoryEntry.Kind.STATUS,
    mailed_customer: bool = True,
) -> HistoryEntry:
    """Append to the chain of a locked order. The newest hash also stands on the order; the caller saves it."""
    salt = token_hex(16)
    entry = HistoryEntry(
        order=order,
        key=key,
        kind=kind,
        name=name,
        from_status=before,
        to_status=order.status,
        at=now.astimezone(UTC),  # as it comes back from the database
        actor_id=actor.user_id,
        actor_role=role,
        mailed_customer=mailed_customer,
        details=details,
        salt=salt,
        details_digest=digest_of(details, salt),
        previous=order.history_head or FIRST,
    )
    entry.hash = link(entry)
    entry.save(force_insert=True)
    order.history_head = entry.hash
    return entry


def first_fault(order: Order) -> tuple[HistoryEntry | None, str] | None:
    """Where the chain of an order is broken: the entry and a code; None when it holds."""
    previous = FIRST
    for entry in order.history.order_by("id"):
        if entry.previous != previous:
            return entry, "entry_missing_before"
        if entry.hash != link(entry):
            return entry, "entry_changed"
        if entry.salt and digest_of(entry.details or {}, entry.salt) != entry.details_digest:
            return entry, "details_changed"
        previous = entry.hash
    return None if previous == (order.history_head or FIRST) else (None, "newest_missing")
