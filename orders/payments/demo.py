"""The demo shop's provider: a page of ours that says so. It feeds the same code as Stripe and goes as soon as a key is set."""

from decimal import Decimal
from secrets import token_urlsafe
from typing import cast

from django.urls import reverse

from orders.models import Checkout
from orders.payments.providers import ProviderError, Refunded, Session, Standing

CHOICES: dict[str, Standing] = {"pay": "paid", "later": "processing", "fail": "failed"}


class Demo:
    """What it would know of a checkout stands in the row itself."""

    name = "demo"

    def start(self, checkout: Checkout, *, title: str, email: str, done_url: str, back_url: str) -> Session:
        session = f"demo_{token_urlsafe(16)}"
        url = reverse("demo_pay", args=[session])
        return Session(session, "open", checkout.amount, checkout.currency, url=url)

    def fetch(self, session: str) -> Session:
        row = Checkout.objects.filter(session=session, provider=self.name).first()
        if row is None:
            raise ProviderError("no such checkout")
        standing = cast(Standing, row.told.get("demo", "open"))
        return Session(session, standing, row.amount, row.currency, payment=f"pay_{session}", url=row.url)

    def expire(self, session: str) -> None:
        for row in Checkout.objects.filter(session=session, provider=self.name):
            if row.told.get("demo", "open") == "open":
                row.told = {**row.told, "demo": "expired"}
                row.save(update_fields=["told"])

    def refund(self, payment: str, amount: Decimal, currency: str, key: str) -> Refunded:
        return Refunded(f"re_{key}", amount, payment)


def choose(session: str, choice: str) -> Checkout | None:
    """What the visitor of the demo page decides; None where there is nothing to decide any more."""
    row = Checkout.objects.filter(session=session, provider=Demo.name).first()
    if row is None or row.told.get("demo", "open") not in ("open", "processing"):
        return None
    row.told = {**row.told, "demo": CHOICES[choice]}
    row.save(update_fields=["told"])
    return row
