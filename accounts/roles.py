"""Who may see the back office."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from accounts.models import Role

View = Callable[..., HttpResponse]


def has_role(user: Any, *roles: Role) -> bool:
    """Whether somebody has one of the roles; a manager has all. Without roles: whether they are staff at all."""
    own = set(getattr(user, "roles", ())) if user.is_active else set()
    return bool(own & {*roles, Role.MANAGER}) if roles else bool(own)


def staff_required(*roles: Role) -> Callable[[View], View]:
    """Guests are asked to log in, customers find nothing there (404), staff without the role read why (403)."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not has_role(request.user):
                raise Http404
            if not has_role(request.user, *roles):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return guard
