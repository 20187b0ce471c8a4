"""What can be chosen."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from ninja import Router

from accounts.models import Shop
from api.auth import Key
from api.routes.common import answers, extra
from api.schemas import CatalogueOut, MaterialOut, OptionOut, ProcessOut, ShippingOut
from api.scopes import READ
from quoting.pricing.catalogue import Process
from quoting.services import current_price_list

router = Router(tags=["Catalogue"])


@router.get(
    "/catalogue",
    auth=Key(READ),
    url_name="api_catalogue",
    response=answers(200, CatalogueOut),
    openapi_extra=extra(READ),
    summary="Read the catalogue",
)
def catalogue(request: HttpRequest) -> CatalogueOut:
    """Processes with their materials, finishes and lead times, and the ways of delivery."""
    price_list = current_price_list()
    offered = price_list.catalogue
    return CatalogueOut(
        price_list=price_list.number,
        currency=offered.currency,
        terms=Shop.get().terms_version,
        processes=[_process(process) for process in offered.processes],
        shipping=[
            ShippingOut(
                key=method.key,
                name=method.name,
                pickup=method.pickup,
                days=method.days,
                countries=list(method.countries),
            )
            for method in offered.shipping
        ],
    )


def _process(process: Process) -> ProcessOut:
    return ProcessOut(
        key=process.key,
        name=process.name,
        description=process.description,
        instant=process.instant,
        materials=[MaterialOut(key=one.key, name=one.name, colours=_options(one.colours)) for one in process.materials],
        finishes=_options(process.finishes),
        profiles=_options(process.profiles),
        tolerances=_options(process.tolerances),
        lead_times=_options(process.lead_times),
        extras=_options(process.extras),
    )


def _options(items: Iterable[Any]) -> list[OptionOut]:
    return [OptionOut(key=item.key, name=item.name) for item in items]
