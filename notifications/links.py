"""Links in mails that act for their reader: signed when the mail is rendered, kept nowhere.

A key says what it is for, about what, for which revision and until when; HMAC-SHA-256 by Django's signer. It opens a
page by GET as often as wanted. What may be done there, and that accepting happens once, is judged by the page.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer

from notifications.matrix import EVENTS
from notifications.models import OutgoingEmail

VALID_FOR = timedelta(days=90)
MASK = "•••"
PARAMETER = "key"

ACCEPT = "accept"  # open the offer, pay, accept
VIEW = "view"  # open the offer and pay: the billing contact's copy
PAY = "pay"  # open the payment page and pay

_signer = Signer(salt="partwright.mail.link")


@dataclass(frozen=True, slots=True)
class Key:
    purpose: str
    about: str  # "order:17"
    revision: int
    expires: datetime


def purpose(row: OutgoingEmail, *, copy: bool) -> str:
    """What this mail's link may do for whoever holds it; "" where one has to log in."""
    rule = EVENTS.get(row.event)
    if rule is None or row.audience != "customer":
        return ""
    return {"offer": VIEW if copy else ACCEPT, "payment": PAY}.get(rule.link, "")


def copy_differs(row: OutgoingEmail) -> bool:
    """Whether the billing contact must get a mail of its own, as the customer's link does more."""
    return bool(row.cc) and purpose(row, copy=True) != purpose(row, copy=False)


def url(row: OutgoingEmail, *, copy: bool = False, masked: bool = False) -> str:
    """The page that the mail's button leads to."""
    path = str(row.facts.get("path", "/"))
    page = f"{settings.SITE_URL}/{path.lstrip('/')}"
    if not (wanted := purpose(row, copy=copy)):
        return page
    key = MASK if masked else _key(row, wanted)
    return f"{page}{'&' if '?' in path else '?'}{PARAMETER}={key}"


def _key(row: OutgoingEmail, wanted: str) -> str:
    # From the row alone, so that a mail that is sent again carries the same link.
    until = int((row.created_at + VALID_FOR).timestamp())
    return _signer.sign(f"{wanted}.{row.about}.{row.facts.get('revision') or 0}.{until}")


def read(key: str, now: datetime) -> Key | None:
    """The key, if it is one of ours and not expired."""
    try:
        wanted, about, revision, until = _signer.unsign(key).split(".")
        found = Key(wanted, about, int(revision), datetime.fromtimestamp(int(until), UTC))
    except (BadSignature, ValueError):
        return None
    return found if now < found.expires else None
