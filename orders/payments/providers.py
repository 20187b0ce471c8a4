"""Who takes payments online: Stripe, as soon as there is a key; before, a page of the demo shop that imitates it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, Protocol

from django.conf import settings

from orders.models import Checkout

CENTS = Decimal(100)
# Currencies whose smallest unit is the whole: the provider counts in it.
WHOLE = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF UGX VND VUV XAF XOF XPF".split())

Standing = Literal["open", "processing", "paid", "failed", "expired"]


class ProviderError(Exception):
    """The provider did not do it, or nobody knows: try again later with the same key."""


@dataclass(frozen=True, slots=True)
class Session:
    """What the provider says of a checkout now."""

    session: str
    standing: Standing
    amount: Decimal
    currency: str
    payment: str = ""  # the provider's name for the money that moved
    url: str = ""


@dataclass(frozen=True, slots=True)
class Refunded:
    refund: str
    amount: Decimal
    payment: str


class Provider(Protocol):
    name: str

    def start(self, checkout: Checkout, *, title: str, email: str, done_url: str, back_url: str) -> Session: ...

    def fetch(self, session: str) -> Session: ...

    def expire(self, session: str) -> None: ...

    def refund(self, payment: str, amount: Decimal, currency: str, key: str) -> Refunded: ...


def provider() -> Provider | None:
    """The one in use; None: customers pay by bank transfer."""
    from orders.payments.demo import Demo
    from orders.payments.stripe_checkout import Stripe

    if settings.STRIPE_KEY:
        return Stripe()
    return Demo() if settings.DEMO and settings.LOOPBACK_ONLY else None


def by_name(name: str) -> Provider | None:
    """The one by which a payment was made, if it is still in use."""
    found = provider()
    return found if found and found.name == name else None


def to_units(amount: Decimal, currency: str) -> int:
    """12.34 EUR → 1234, 12 JPY → 12."""
    return int(amount if currency.upper() in WHOLE else amount * CENTS)


def from_units(units: int, currency: str) -> Decimal:
    exact = Decimal(units) if currency.upper() in WHOLE else Decimal(units) / CENTS
    return exact.quantize(Decimal("0.01"))


def plain(session: Session) -> dict[str, Any]:
    return {"standing": session.standing, "amount": str(session.amount), "currency": session.currency}
