"""Which VAT holds: the table of cases, and what it makes of a price."""

import csv
from decimal import Decimal as D
from pathlib import Path

import pytest

from quoting.pricing.vat import Supply, Vat, table, treatment
from tests.quoting.pricing.builders import amounts, ask, fdm, order, shape, shop

ROWS = Path("tests/data/vat.csv").read_text(encoding="utf-8").splitlines()[1:]
CASES = list(csv.DictReader(ROWS, delimiter=";"))


@pytest.mark.parametrize(
    "row", CASES, ids=lambda row: f"{row['seller']}-{row['country']}-{row['vat_id']}-{row['case']}"
)
def test_every_case(row: dict[str, str]) -> None:
    supply = Supply(
        seller=row["seller"],
        seller_vat_id=row["seller_id"],
        country=row["country"],
        postcode=row["postcode"],
        business=row["business"] == "yes",
        vat_id=row["vat_id"],
        exempt=row["exempt"] == "yes",
        consumers=row["consumers"],  # type: ignore[arg-type]
    )
    found = treatment(supply)
    assert (found.case, found.percent) == (row["case"], D(row["percent"]) if row["percent"] else None)
    both = (row["seller_id"], row["vat_id"]) if found.case == "reverse_charge" else ("", "")
    assert (found.seller_vat_id, found.vat_id) == both


def test_the_table_names_every_member_state_its_source_and_its_date() -> None:
    known = table()
    assert len(known.standard) == 27 and all(15 <= rate <= 27 for rate in known.standard.values())
    assert known.source and known.as_of


def test_a_shops_own_rate_goes_before_the_tables() -> None:
    supply = Supply(seller="DE", country="AT", consumers="destination")
    assert treatment(supply, {"AT": D(21)}).percent == 21


@pytest.mark.parametrize(
    ("gross", "vat", "net", "tax", "total", "extra"),
    [
        (False, Vat(case="domestic"), "90.00", "13.50", "103.50", {}),
        (False, Vat(case="destination", country="FI", percent=D("25.5")), "90.00", "22.95", "112.95", {}),
        (False, Vat(case="reverse_charge"), "90.00", "0.00", "90.00", {}),
        (True, Vat(case="destination", country="FI", percent=D("25.5")), "71.71", "18.29", "90.00", {}),
        (True, Vat(case="export"), "78.46", "0.00", "78.46", {"tax_taken_out": ""}),
    ],
)
def test_what_it_makes_of_two_rates(
    gross: bool, vat: Vat, net: str, tax: str, total: str, extra: dict[str, str]
) -> None:
    """60 at 19 % and 30 at 7 %. With tax in the prices another country's comes out of the same total."""
    full, low = fdm("full"), fdm("low", tax_class="reduced")
    lines = [ask(full, 1, measured=shape(60.0)), ask(low, 2, measured=shape(30.0))]
    found = order(shop(full, low, prices_gross=gross), *lines, vat=vat)
    assert (str(found.net), str(found.tax), str(found.gross)) == (net, tax, total)
    assert amounts(found).keys() == extra.keys()
    assert found.vat == vat and (vat.percent is None or [line.rate for line in found.taxes] == [vat.percent])
