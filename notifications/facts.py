"""What a mail is told, frozen in its row when the deed was done: plain values that survive JSON.

Money is a decimal string, a date an ISO string; labels are in the row's language already. All but number, path and to
may be missing.
"""

from typing import TypedDict


class Line(TypedDict, total=False):
    name: str
    thumbnail: str  # name in the storage, or ""
    process: str
    material: str
    finish: str
    colour: str
    quantity: int
    price: str | None
    state: str  # priced, working, to_be_quoted


class Tax(TypedDict):
    rate: str  # percent
    tax: str


class Shipping(TypedDict, total=False):
    name: str
    price: str | None


class Component(TypedDict):
    """Of the whole order: minimum order, discount."""

    label: str
    amount: str


class Customer(TypedDict, total=False):
    name: str
    company: str
    email: str
    phone: str


class Attachment(TypedDict):
    filename: str
    storage: str  # name in the storage; while the file is not there the mail waits a while


Facts = TypedDict(
    "Facts",
    {
        "number": int,
        "path": str,  # of the page that the button leads to
        "from": str,
        "from_label": str,
        "to": str,
        "to_label": str,
        "again": bool,  # the status is entered again
        "from_quotation_tool": bool,
        "payment_status": str,
        "currency": str,
        "lines": list[Line],
        "net": str,
        "tax": str,
        "taxes": list[Tax],
        "total": str,
        "shipping": Shipping,
        "price_hidden": bool,
        "components": list[Component],
        "note": str,
        "comment": str,
        "reasons": list[str],  # why it needs review
        "customer": Customer,
        "shipping_address": list[str],
        "reference": str,
        "customer_note": str,
        "promised": str,
        "revision": int,
        "replaces": int,
        "valid_until": str,
        "offer_expired": bool,  # the order came back to an offer that ran out meanwhile
        "amount_asked": str,
        "amount": str,
        "balance": str,
        "due": str,
        "carrier": str,
        "tracking": str,
        "po_number": str,
        "attachments": list[Attachment],
        # mails of the log-in only: erased once sent
        "subject": str,
        "body": str,
        "html": str,
    },
    total=False,
)
