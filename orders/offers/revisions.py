"""What a revision changes against the one before it: what customers read beside an offer, and staff before they send it."""

from dataclasses import dataclass

from orders.models import OfferRevision, Order
from orders.offers.diff import Diff, compare
from orders.workflow.snapshot import as_frozen


@dataclass(frozen=True, slots=True)
class Changes:
    since: int  # the revision before; 0: what the customer submitted
    diff: Diff


def changes_of_offer(order: Order) -> Changes | None:
    """What the open offer changes; None where nothing is offered or nothing was there before."""
    offer = order.offers.filter(state=OfferRevision.State.SENT).first()
    before = order.offers.filter(revision__lt=offer.revision).last() if offer else None
    if offer is None or before is None:
        return None
    return Changes(before.revision, compare(as_frozen(order, before), as_frozen(order, offer)))


def changes_since_last(order: Order) -> Changes | None:
    """What the order as it stands would change, were it sent now."""
    before = order.offers.last()
    return Changes(before.revision, compare(as_frozen(order, before), order)) if before else None
