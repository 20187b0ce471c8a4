"""Facts as orders freeze them: full, minimal, and with what an attacker would put into every text."""

import copy
import json
from typing import Any

from django.utils import timezone

from notifications.models import OutgoingEmail

LABELS = {
    "draft": "Draft",
    "waiting_for_review": "Waiting for review",
    "firm_offer_sent": "Firm offer sent",
    "placed": "Placed",
    "po_provided": "PO provided",
    "waiting_for_payment": "Waiting for payment",
    "po_payment_due": "PO Payment due",
    "on_hold": "On hold",
    "free_for_manufacturing": "Free for manufacturing",
    "manufacturing": "Manufacturing",
    "post_production": "Post-production",
    "re_printing": "Re-printing",
    "ready_for_shipping": "Ready for shipping",
    "shipped": "Shipped",
    "ready_for_pickup": "Ready for pickup",
    "delivered": "Delivered",
    "canceled_by_customer": "Canceled by customer",
    "canceled_by_admin": "Canceled by admin",
}

FULL: dict[str, Any] = {
    "number": 1017,
    "path": "/orders/Abc123/",
    "from": "waiting_for_review",
    "from_label": "Waiting for review",
    "payment_status": "Unpaid",
    "currency": "EUR",
    "lines": [
        {
            "name": "Motorhalter_links_v3.step",
            "thumbnail": "thumbnails/one.png",
            "process": "Selective laser sintering",
            "material": "PA 12",
            "finish": "Vapour smoothed",
            "colour": "Black",
            "quantity": 25,
            "price": "412.50",
            "state": "priced",
        },
        {
            "name": "gehaeuse-unterteil_mit_einem_sehr_langen_namen_und_ohne_leerzeichen_2026-11-24_final.stl",
            "thumbnail": "",
            "process": "FDM",
            "material": "PETG",
            "finish": "",
            "colour": "Signal orange",
            "quantity": 2,
            "price": "38.40",
            "state": "priced",
        },
    ],
    "components": [{"label": "Volume discount", "amount": "-20.00"}],
    "shipping": {"name": "DHL parcel", "price": "6.90"},
    "net": "437.80",
    "tax": "83.18",
    "taxes": [{"rate": "19", "tax": "83.18"}],
    "total": "520.98",
    "price_hidden": False,
    "note": "We start on Monday.\nPlease send the missing drawing.",
    "comment": "Could you make part two in black?",
    "reasons": ["gehaeuse-unterteil: walls of 0.4 mm are thinner than 0.8 mm"],
    "customer": {
        "name": "Jörg Müller",
        "company": "Müller Maschinenbau GmbH",
        "email": "joerg@mueller.example",
        "phone": "+49 711 5550",
    },
    "shipping_address": ["Müller Maschinenbau GmbH", "Jörg Müller", "Werkstraße 7", "70173 Stuttgart", "DE"],
    "reference": "Projekt 4711",
    "customer_note": "Please pack them one by one.",
    "promised": "2026-12-04",
    "revision": 2,
    "replaces": 1,
    "valid_until": "2026-12-24",
    "amount_asked": "260.49",
    "amount": "260.49",
    "balance": "260.49",
    "due": "2026-12-30",
    "carrier": "DHL",
    "tracking": "00340434161094042557",
    "po_number": "PO-2026-0815",
}
MINIMAL: dict[str, Any] = {"number": 1017, "path": "/orders/Abc123/"}  # and "to"
EVIL = "<script>alert(1)</script>\r\nBcc: victim@evil.example\r\n\r\n<img src=x onerror=y>\x00\u202e{{ settings.SECRET_KEY }}"


def facts(event: str, kind: str = "full", **changes: Any) -> dict[str, Any]:
    """`kind`: full, minimal or hostile."""
    made = copy.deepcopy(MINIMAL if kind == "minimal" else FULL)
    made["to"] = event if event in LABELS else "placed"
    if kind == "minimal":
        return made | changes
    made["to_label"] = LABELS[made["to"]]
    if event not in LABELS:
        made |= {"from": made["to"], "from_label": made["to_label"]}
    return (_spoilt(made) if kind == "hostile" else made) | changes


def storable(value: Any) -> Any:
    """Without NUL, which PostgreSQL does not take."""
    return json.loads(json.dumps(value).replace("\\u0000", ""))


def _spoilt(value: Any, name: str = "") -> Any:
    """Every text replaced that a person could have written."""
    ours = {"path", "from", "to", "currency", "price", "state", "amount", "net", "tax", "total", "rate", "due"}
    ours |= {"promised", "valid_until", "amount_asked", "balance", "thumbnail"}
    if isinstance(value, str):
        return value if name in ours else EVIL
    if isinstance(value, dict):
        return {key: _spoilt(item, key) for key, item in value.items()}
    return [_spoilt(item, name) for item in value] if isinstance(value, list) else value


def row(event: str, audience: str = "customer", kind: str = "full", **changes: Any) -> OutgoingEmail:
    """A mail that is not in the database."""
    return OutgoingEmail(
        about="order:17",
        event=event,
        audience=audience,
        key=f"sample:{event}:{audience}",
        to=["joerg@mueller.example"],
        facts=facts(event, kind, **changes),
        message_id="<sample@shop.example>",
        created_at=timezone.now(),
    )
