"""Stripe Checkout. Nothing is believed but what its API answers: return page and webhooks only say where to look."""

from decimal import Decimal
from functools import cache
from typing import Any

from django.conf import settings

from orders.models import Checkout
from orders.payments.providers import ProviderError, Refunded, Session, Standing, from_units, to_units

TIMEOUT = 10  # seconds
TOLERANCE = 300  # seconds that a signature is good for


@cache
def client(key: str, api: str) -> Any:
    import stripe  # 20 MB that a web process without payments does not need

    addresses: Any = {"base_addresses": {"api": api}} if api else {}
    http = stripe.RequestsClient(timeout=TIMEOUT)
    return stripe.StripeClient(key, max_network_retries=1, http_client=http, **addresses)


class Stripe:
    name = "stripe"

    @property
    def _api(self) -> Any:
        return client(settings.STRIPE_KEY, settings.STRIPE_API).v1

    def start(self, checkout: Checkout, *, title: str, email: str, done_url: str, back_url: str) -> Session:
        price = {
            "currency": checkout.currency.lower(),
            "unit_amount": to_units(checkout.amount, checkout.currency),
            "product_data": {"name": title},
        }
        params = {
            "mode": "payment",
            "line_items": [{"quantity": 1, "price_data": price}],
            "client_reference_id": str(checkout.order_id),
            "metadata": {"checkout": checkout.key},
            "success_url": done_url,
            "cancel_url": back_url,
            **({"customer_email": email} if email else {}),
        }
        return _session(_asked(self._api.checkout.sessions.create, params, {"idempotency_key": checkout.key}))

    def fetch(self, session: str) -> Session:
        return _session(_asked(self._api.checkout.sessions.retrieve, session, {"expand": ["payment_intent"]}))

    def expire(self, session: str) -> None:
        _asked(self._api.checkout.sessions.expire, session)

    def refund(self, payment: str, amount: Decimal, currency: str, key: str) -> Refunded:
        params = {"payment_intent": payment, "amount": to_units(amount, currency)}
        made = _asked(self._api.refunds.create, params, {"idempotency_key": key})
        return Refunded(made.id, from_units(made.amount, currency), payment)


def _asked(call: Any, *given: Any) -> Any:
    import stripe

    try:
        return call(*given)
    except stripe.StripeError as error:
        raise ProviderError(f"{type(error).__name__}: {error.code or error.http_status}") from error


def _session(found: Any) -> Session:
    currency = (found.currency or "").upper()
    intent = found.payment_intent
    return Session(
        session=found.id,
        standing=_standing(found, intent),
        amount=from_units(found.amount_total or 0, currency),
        currency=currency,
        payment=(intent if isinstance(intent, str) else intent.id) if intent else "",
        url=found.url or "",
    )


def _standing(found: Any, intent: Any) -> Standing:
    """`complete` and not paid: a method that takes days, or one that failed in the end."""
    if found.payment_status == "paid":
        return "paid"
    if found.status == "expired":
        return "expired"
    if found.status != "complete":
        return "open"
    state = "" if not intent or isinstance(intent, str) else intent.status
    return "failed" if state in ("requires_payment_method", "canceled") else "processing"


def verify(body: bytes, signature: str) -> None:
    """Whether an event was signed with our secret in the last minutes; raises ValueError when not."""
    import stripe

    if not settings.STRIPE_WEBHOOK_SECRET:
        raise ValueError("there is no webhook secret")
    try:
        stripe.WebhookSignature.verify_header(body.decode(), signature, settings.STRIPE_WEBHOOK_SECRET, TOLERANCE)
    except (stripe.SignatureVerificationError, UnicodeDecodeError) as error:
        raise ValueError("not signed by the provider") from error
