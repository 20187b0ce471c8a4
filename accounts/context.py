from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.models import Shop


def shop(request: HttpRequest) -> dict[str, Any]:
    """The shop's row for every page: name, logo, currency."""
    return {"shop": SimpleLazyObject(Shop.get), "demo": settings.DEMO and settings.LOOPBACK_ONLY}
