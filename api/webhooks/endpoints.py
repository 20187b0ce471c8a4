"""Endpoints: made, switched on and off, given a new secret, removed."""

from datetime import datetime
from secrets import token_hex

from django.db.models import QuerySet

from accounts.models import Company, User
from api.models import Endpoint
from api.webhooks import signing

MOST = 10  # for a company, and for the shop


def make(url: str, *, company: Company | None, by: User, now: datetime) -> tuple[Endpoint, str]:
    """An endpoint and its secret, which is shown once. The URL was judged (addresses.judged)."""
    endpoint = Endpoint.objects.create(url=url, company=company, created_by=by, salt=token_hex(16), created_at=now)
    return endpoint, signing.secret(endpoint.salt)


def of_company(company: Company | None) -> QuerySet[Endpoint]:
    return Endpoint.objects.filter(company=company).order_by("pk")


def switch(endpoint: Endpoint, *, on: bool, now: datetime) -> None:
    """On, it is tried anew from the beginning."""
    off = {"disabled_at": now, "disabled_because": Endpoint.Why.BY_HAND}
    new = {"disabled_at": None, "disabled_because": "", "failing_since": None, "paused_until": None}
    Endpoint.objects.filter(pk=endpoint.pk).update(**(new if on else off))


def new_secret(endpoint: Endpoint) -> str:
    """The old one signs nothing any more."""
    salt = token_hex(16)
    Endpoint.objects.filter(pk=endpoint.pk).update(salt=salt)
    return signing.secret(salt)
