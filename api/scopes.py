"""What a key may be allowed to do. A scope opens nothing that the key's person may not do."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User

READ = "orders:read"
QUOTE = "quotes:write"
ORDER = "orders:place"
MOVE = "orders:move"

SCOPES: dict[str, Promise] = {
    READ: _("Read parts, quotes, prices and orders"),
    QUOTE: _("Upload models, make and change quotes"),
    ORDER: _("Place orders and submit them for review: this is binding"),
    MOVE: _("Move orders from status to status, within the roles of its owner"),
}
OF_STAFF = (READ, MOVE)
OF_CUSTOMERS = (READ, QUOTE, ORDER)


def offered(user: User) -> tuple[str, ...]:
    """Scopes that make sense for a key of this person."""
    return OF_STAFF if user.is_staff else OF_CUSTOMERS


def in_words(scopes: Iterable[str]) -> list[tuple[str, str]]:
    return [(scope, str(SCOPES[scope])) for scope in SCOPES if scope in scopes]
