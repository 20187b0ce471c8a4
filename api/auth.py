"""Who calls: a key in the Authorization header, never a session. Each operation names the scope that it asks for."""

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from accounts.models import User
from api import keys
from api.keys import PER_MINUTE, BadKey
from api.models import ApiKey
from api.problems import Problem
from api.scopes import MOVE
from orders import access
from orders.workflow import actors
from orders.workflow.actors import Actor


class Key(HttpBearer):
    """Opens an operation to keys that have its scope ("": every key)."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey:
        now = timezone.now()
        try:
            key = keys.find(token, now)
        except BadKey as bad:
            raise Problem(401, bad.code, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'}) from None
        request.api_key = key  # type: ignore[attr-defined]  # for the log, also of what is refused below
        request.user = key.user
        allowance = keys.spend(key, now)
        request.allowance = allowance  # type: ignore[attr-defined]
        if allowance.is_spent:
            headers = {"Retry-After": str(allowance.seconds)}
            raise Problem(429, "rate_limited", headers=headers, most=str(PER_MINUTE))
        if self.scope and self.scope not in key.scopes:
            raise Problem(403, "scope_missing", scope=self.scope)
        if self.scope == MOVE and not key.user.is_staff:
            raise Problem(403, "not_staff")
        return key


def key_of(request: HttpRequest) -> ApiKey:
    key: ApiKey = request.api_key  # type: ignore[attr-defined]
    return key


def user_of(request: HttpRequest) -> User:
    return key_of(request).user


def customer_of(request: HttpRequest) -> Actor:
    """Who drafts and orders: staff do that in the back office."""
    user = user_of(request)
    if user.is_staff:
        raise Problem(403, "no_company")
    agent = request.headers.get("User-Agent", "")
    return actors.customer(user, ip=access.client_ip(request), user_agent=agent)
