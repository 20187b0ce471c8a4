"""Which value added tax holds for an order of goods: by where they go and who buys them. Pure, like all of pricing.

`treatment(supply)` decides once, when an order is priced; what it says is kept with the price, so that issued papers
never change when a rate or a rule does.
"""

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from quoting.geometry.values import Frozen

TABLE = Path(__file__).with_name("vat.toml")

# domestic: the rates of the shop's price list. origin: the same, for a consumer of another member state (below the
# union's threshold). destination: the standard rate of the consumer's country (One-Stop-Shop). reverse_charge: to a
# business of another member state. export: out of the union, or out of a shop's country that is not in it.
# exempt: a buyer whom accounting has marked so.
VatCase = Literal["domestic", "origin", "destination", "reverse_charge", "export", "exempt"]
ConsumerRule = Literal["origin", "destination"]
WITHOUT_TAX = frozenset({"reverse_charge", "export", "exempt"})


class Supply(Frozen):
    """What the rules look at. `country` is where the goods go; empty: not known yet, or picked up."""

    seller: str  # ISO 3166 alpha-2
    seller_vat_id: str = ""
    country: str = ""
    postcode: str = ""
    business: bool = False
    vat_id: str = ""  # of the buyer, its form already checked
    exempt: bool = False
    consumers: ConsumerRule = "origin"


class Vat(Frozen):
    """What holds, as it is kept with a price."""

    case: VatCase
    country: str = ""  # where the goods are taxed or go; empty: at home
    percent: Annotated[Decimal, Field(ge=0, le=100)] | None = None  # destination: in place of the price list's rates
    seller_vat_id: str = ""  # reverse charge: both must stand on the papers
    vat_id: str = ""

    @property
    def is_without_tax(self) -> bool:
        return self.case in WITHOUT_TAX


class Table(Frozen):
    source: str
    as_of: str
    standard: dict[str, Decimal]
    outside: dict[str, tuple[str, ...]]
    part_of: dict[str, str]


@cache
def table() -> Table:
    return Table.model_validate(tomllib.loads(TABLE.read_text(encoding="utf-8"), parse_float=Decimal))


def treatment(supply: Supply, rates: Mapping[str, Decimal] | None = None) -> Vat:
    """`rates`: the shop's own, by country, where the table is no longer right."""
    seller, goes_to = territory(supply.seller, ""), territory(supply.country, supply.postcode) or supply.seller
    if supply.exempt:
        return Vat(case="exempt")
    if goes_to == seller:
        return Vat(case="domestic")
    standard = table().standard
    if seller not in standard or not (goes_to in standard or goes_to == "XI"):
        return Vat(case="export", country=supply.country)
    if supply.business and supply.seller_vat_id and _of_another_state(supply.vat_id, seller):
        return Vat(
            case="reverse_charge",
            country=supply.country,
            seller_vat_id=supply.seller_vat_id,
            vat_id=supply.vat_id,
        )
    if supply.consumers == "destination" and goes_to in standard:
        percent = (rates or {}).get(goes_to, standard[goes_to])
        return Vat(case="destination", country=goes_to, percent=percent)
    return Vat(case="origin", country=supply.country)


def territory(country: str, postcode: str) -> str:
    """The member state whose tax area an address lies in, "XI" for Northern Ireland, or a country outside."""
    known, code = table(), postcode.replace(" ", "").upper()
    if country == "GB" and code.startswith("BT"):
        return "XI"  # goods count as in the union
    if any(code.startswith(begin) for begin in known.outside.get(country, ())):
        return f"{country}-outside"
    return known.part_of.get(country, country)


def state_of(vat_id: str) -> str:
    """Greece writes EL in front of its numbers."""
    return "GR" if vat_id[:2] == "EL" else vat_id[:2]


def _of_another_state(vat_id: str, seller: str) -> bool:
    state = state_of(vat_id)
    return (state in table().standard or state == "XI") and state != seller
