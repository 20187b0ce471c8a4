"""The numbered price lists: which one holds, and publishing a new one."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from quoting.models import PriceListVersion
from quoting.pricing.catalogue import Catalogue
from quoting.pricing.load import catalogue_sha256, demo_catalogue

PUBLISHED = PriceListVersion.State.PUBLISHED


def current_price_list() -> PriceListVersion:
    """The newest published one; its payload is read only when its catalogue has not been parsed yet.

    A shop that has none yet starts with the demo catalogue, so that the first upload gives a believable price.
    """
    newest = PriceListVersion.objects.filter(state=PUBLISHED).defer("payload").order_by("-number").first()
    return newest or publish(demo_catalogue())


def publish(catalogue: Catalogue, by: User | None = None, note: str = "") -> PriceListVersion:
    """Make a catalogue the current price list, under the next number."""
    payload = catalogue.model_dump(mode="json")
    sha256 = catalogue_sha256(catalogue)
    while True:
        try:
            with transaction.atomic():
                return PriceListVersion.objects.create(
                    number=_next_number(),
                    state=PUBLISHED,
                    payload=payload,
                    sha256=sha256,
                    published_at=timezone.now(),
                    published_by=by,
                    note=note,
                )
        except IntegrityError:  # somebody took the number: the next one
            continue


def _next_number() -> int:
    last = PriceListVersion.objects.order_by("-number").values_list("number", flat=True).first()
    return (last or 0) + 1
