"""The draft of the price list: one for the shop, edited piece by piece, published as the next number.

The draft always holds a whole, valid catalogue. Whoever edits a piece says what it looked like when they opened it:
where somebody else was faster nothing is written and the caller shows both.
"""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from accounts.models import Activity, User
from quoting.models import PriceListVersion
from quoting.pricelists import current_price_list, publish
from quoting.pricing.catalogue import Catalogue
from quoting.pricing.load import catalogue_sha256

DRAFT = PriceListVersion.State.DRAFT
Document = dict[str, Any]


class Outdated(Exception):
    """Somebody else changed the draft meanwhile."""


def draft() -> PriceListVersion | None:
    return PriceListVersion.objects.filter(state=DRAFT).first()


def start(user: User, base: PriceListVersion | None = None) -> PriceListVersion:
    """The draft, begun from a price list (the one that holds) if there is none yet."""
    base = base or current_price_list()
    found, made = PriceListVersion.objects.get_or_create(
        state=DRAFT,
        defaults={"number": 0, "payload": base.payload, "sha256": base.sha256, "based_on": base.number},
    )
    if made:
        Activity.record(user, "draft_started", based_on=base.number)
    return found


@transaction.atomic
def change(user: User, edit: Callable[[Document], Document], seen: str | None = None) -> PriceListVersion:
    """Edit the draft's document under its lock. `seen`: the digest of the draft that the editor looked at, if it matters.

    `edit` gets the document and gives it back changed; it may raise Outdated. pydantic.ValidationError: nothing was written.
    """
    row = _locked()
    if seen is not None and seen != row.sha256:
        raise Outdated
    catalogue = Catalogue.model_validate(edit(row.payload))
    row.payload, row.sha256 = catalogue.model_dump(mode="json"), catalogue_sha256(catalogue)
    row.save(update_fields=["payload", "sha256"])
    return row


@transaction.atomic
def publish_draft(user: User, seen: str, note: str = "") -> PriceListVersion:
    """The draft becomes the next price list, exactly as it was seen."""
    row = _locked()
    if row.sha256 != seen:
        raise Outdated
    row.delete()
    made = publish(row.catalogue, user, note)
    Activity.record(user, "price_list_published", f"price_list:{made.number}", note=note)
    return made


@transaction.atomic
def discard(user: User, seen: str) -> None:
    row = _locked()
    if row.sha256 != seen:
        raise Outdated
    Activity.record(user, "draft_discarded", based_on=row.based_on)
    row.delete()


@transaction.atomic
def publish_again(user: User, old: PriceListVersion, note: str) -> PriceListVersion:
    """Go back to what an old price list said. What has been drafted meanwhile stays a draft."""
    row = publish(old.catalogue, user, note)
    Activity.record(user, "price_list_published", f"price_list:{row.number}", again=old.number)
    return row


def _locked() -> PriceListVersion:
    row = PriceListVersion.objects.select_for_update().filter(state=DRAFT).first()
    if row is None:  # published or thrown away by somebody else
        raise Outdated
    return row
