"""What a link in a mail lets its reader do (notifications.links), kept in the session once it has been opened.

The key goes out of the address at once: it is in no history of pages and in no Referer. Opening does nothing else, so
that a mail program may fetch the link beforehand; accepting is a POST.
"""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from notifications import links
from orders.models import Order

GRANTS = "order_links"  # in the session: {order's pk: [purpose, revision, expires]}
MOST = 20
MAY: dict[str, frozenset[str]] = {
    links.ACCEPT: frozenset({"accept_offer", "request_changes"}),
    links.VIEW: frozenset(),
    links.PAY: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Grant:
    purpose: str
    revision: int

    def allows(self, transition: str, order: Order) -> bool:
        """An offer's link is about its revision: what replaced it has a link of its own."""
        if transition not in MAY[self.purpose]:
            return False
        return self.revision == order.offers.filter(state="sent").values_list("revision", flat=True).first()


def take(request: HttpRequest, order_pk: int, now: datetime) -> bool:
    """Keep what the key in the address grants on this order; False when it is none of ours, of another order or too old."""
    key = links.read(request.GET.get(links.PARAMETER, ""), now)
    if key is None or key.about != f"order:{order_pk}":
        return False
    grants = request.session.get(GRANTS, {})
    grants.pop(str(order_pk), None)
    grants[str(order_pk)] = [key.purpose, key.revision, key.expires.timestamp()]
    request.session[GRANTS] = dict(list(grants.items())[-MOST:])
    return True


def granted(request: HttpRequest, order_pk: int, now: datetime) -> Grant | None:
    found = request.session.get(GRANTS, {}).get(str(order_pk))
    if found is None or found[2] <= now.timestamp():
        return None
    return Grant(found[0], found[1])
