"""Messages that are owed are rows, written in the transaction of the move that owes them; workers are woken after it."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django.db.models import Q

from api.models import Delivery, Endpoint
from orders.models import HistoryEntry, Order
from quoting import deeds

deeds.TASKS[Delivery] = "api.tasks.deliver"

STATUS_CHANGED, PING = "order.status_changed", "ping"


def owe(*, order: Order, entry: HistoryEntry, **of_signal: Any) -> None:
    """A row for each endpoint that hears of this order. Nothing personal and no amounts: who wants them asks."""
    about = Q(company=None)
    if order.company_id is not None:
        about |= Q(company=order.company_id)
    endpoints = list(Endpoint.objects.filter(about, disabled_at=None))
    if not endpoints:
        return
    data = {
        "order": {
            "id": order.public_id,
            "number": order.number,
            "status": order.status,
            "payment_status": order.payment_status.value,
            "version": order.version,
        },
        "transition": entry.name,
        "from": entry.from_status,
        "to": entry.to_status,
    }
    _write(endpoints, STATUS_CHANGED, f"order:{order.pk}", f"history:{entry.pk}", data, entry.at)


def ping(endpoint: Endpoint, now: datetime) -> Delivery:
    """A test, by hand."""
    return _write([endpoint], PING, "", f"ping:{uuid4()}", {"endpoint": endpoint.pk}, now)[0]


def _write(
    endpoints: list[Endpoint], event: str, about: str, deed: str, data: dict[str, Any], now: datetime
) -> list[Delivery]:
    body = json.dumps({"type": event, "timestamp": now.astimezone(UTC).isoformat(), "data": data})
    rows = [
        Delivery(endpoint=one, key=f"{deed}:{one.pk}", event=event, about=about, body=body, next_try=now)
        for one in endpoints
    ]
    Delivery.objects.bulk_create(rows)
    deeds.wake(Delivery, [row.pk for row in rows])
    return rows
