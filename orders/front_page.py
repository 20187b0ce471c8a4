"""What the front page tells about the shop: its processes and materials, from the price list that holds."""

from dataclasses import dataclass
from decimal import Decimal

from quoting.pricing.catalogue import Catalogue, Process


@dataclass(frozen=True, slots=True)
class ProcessCard:
    name: str
    description: str
    materials: tuple[str, ...]
    build_mm: tuple[Decimal, ...]
    fastest_days: int | None
    from_price: Decimal  # of a part; 0: nothing is said
    instant: bool


@dataclass(frozen=True, slots=True)
class FrontPage:
    instant: tuple[ProcessCard, ...]
    on_request: tuple[ProcessCard, ...]
    currency: str


def front_page(catalogue: Catalogue) -> FrontPage:
    cards = [_card(process) for process in catalogue.processes]
    return FrontPage(
        instant=tuple(card for card in cards if card.instant),
        on_request=tuple(card for card in cards if not card.instant),
        currency=catalogue.currency,
    )


def _card(process: Process) -> ProcessCard:
    return ProcessCard(
        name=process.name,
        description=process.description,
        materials=tuple(material.name for material in process.materials),
        build_mm=process.machine.build_mm,
        fastest_days=min((one.days for one in process.lead_times), default=None),
        from_price=process.minimum_part_price,
        instant=process.instant,
    )
