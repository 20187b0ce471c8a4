"""Keys: made, found, spent, revoked.

A key is `pw_<prefix>_<secret>`. The prefix finds its row; the whole is compared by its SHA-256.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from string import ascii_lowercase, digits

from django.db.models import F, QuerySet

from accounts.models import Role, User
from accounts.roles import has_role
from api.models import ApiKey
from api.scopes import SCOPES, offered

MARK = "pw"
PREFIX_LENGTH = 8
PER_MINUTE = 120


class BadKey(Exception):
    """A code of api.words.PROBLEMS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of the rate limit in this minute."""

    left: int
    seconds: int  # until the next minute

    @property
    def is_spent(self) -> bool:
        return self.left < 0


def make(user: User, name: str, scopes: Iterable[str], *, now: datetime, expires_at: datetime | None) -> str:
    """A new key. What is returned is shown once and kept nowhere."""
    prefix = "".join(secrets.choice(ascii_lowercase + digits) for _ in range(PREFIX_LENGTH))
    key = f"{MARK}_{prefix}_{secrets.token_urlsafe(32)}"
    wanted = set(scopes) & set(offered(user))
    ApiKey.objects.create(
        user=user,
        name=name,
        prefix=f"{MARK}_{prefix}",
        sha256=_digest(key),
        scopes=[scope for scope in SCOPES if scope in wanted],
        created_at=now,
        expires_at=expires_at,
    )
    return key


def find(key: str, now: datetime) -> ApiKey:
    """The row of a key that opens something now; raises BadKey."""
    found = ApiKey.objects.select_related("user__company").filter(prefix=_prefix(key)).first()
    if found is None or not hmac.compare_digest(found.sha256, _digest(key)):
        raise BadKey("key_invalid")
    if found.revoked_at is not None or not found.user.is_active:
        raise BadKey("key_revoked")
    if found.expires_at is not None and found.expires_at <= now:
        raise BadKey("key_expired")
    return found


def spend(key: ApiKey, now: datetime) -> Allowance:
    """Count a call, in one statement each, so that parallel calls are all counted."""
    minute, second = divmod(int(now.timestamp()), 60)
    same = ApiKey.objects.filter(pk=key.pk, minute=minute)
    if not same.update(calls=F("calls") + 1, last_used_at=now):
        ApiKey.objects.filter(pk=key.pk).exclude(minute=minute).update(minute=minute, calls=0, last_used_at=now)
        same.update(calls=F("calls") + 1)
    calls = ApiKey.objects.values_list("calls", flat=True).get(pk=key.pk)
    return Allowance(PER_MINUTE - calls, 60 - second)


def seen_by(user: User) -> QuerySet[ApiKey]:
    """One's own keys; a manager those of everybody."""
    keys = ApiKey.objects.select_related("user__company").order_by("-pk")
    return keys if has_role(user, Role.MANAGER) else keys.filter(user=user)


def revoke(key: ApiKey, by: User, now: datetime) -> None:
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now, revoked_by=by)


def _prefix(key: str) -> str:
    return key[: len(MARK) + 1 + PREFIX_LENGTH].replace("\x00", "")


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()
