"""Where the shop asks it of its staff, nobody of them goes on without a second factor."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.context import shop_of
from accounts.models import User

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# What leads to one, or away.
OPEN = ("account_", "mfa_", "second_factor", "join", "health", "ready", "logo")


def has_second_factor(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type__in=FACTORS).exists()


class SecondFactorRequired:
    """Staff who have none are led to its set-up, from whatever page they ask for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or name.startswith(OPEN):
            return None
        user = request.user
        if not isinstance(user, User) or not user.is_staff:
            return None
        if not shop_of(request).second_factor_required or has_second_factor(user):
            return None
        return HttpResponseRedirect(reverse("second_factor"), status=303)
