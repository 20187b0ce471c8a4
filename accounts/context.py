from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.models import Shop


def shop_of(request: HttpRequest) -> Shop:
    """The shop's row, read once per request."""
    found = getattr(request, "_shop", None)
    if found is None:
        found = request._shop = Shop.get()  # type: ignore[attr-defined]
    assert isinstance(found, Shop)
    return found


def shop(request: HttpRequest) -> dict[str, Any]:
    """The shop's row for every page: name, logo, currency."""
    return {"shop": SimpleLazyObject(lambda: shop_of(request)), "demo": settings.DEMO and settings.LOOPBACK_ONLY}
