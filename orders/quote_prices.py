"""The table of a line's prices: usual quantities across, lead times down; the rest of the quote as it is."""

from dataclasses import dataclass
from decimal import Decimal

from accounts.templatetags.show import unit_money
from orders import pricing
from orders.models import Order
from orders.quote_page import business_days
from quoting.pricing.catalogue import by_key
from quoting.pricing.contract import GridCell
from quoting.pricing.engine import grid


@dataclass(frozen=True, slots=True)
class Cell:
    quantity: int
    net: Decimal
    unit: str
    current: bool


@dataclass(frozen=True, slots=True)
class Row:
    key: str
    name: str
    days: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class PriceTable:
    line_id: int
    name: str
    currency: str
    quantities: tuple[int, ...]
    rows: tuple[Row, ...]


def price_table(order: Order, line_id: int) -> PriceTable | None:
    """None for a line that is not there, has no price, or whose price is hidden."""
    lines = {line.pk: line for line in pricing.priced_lines(order)}
    line = lines.get(line_id)
    if line is None or line.part is None or order.price_hidden:
        return None
    catalogue = order.price_list.catalogue
    cells = grid(catalogue, pricing.requests(order, list(lines.values())), line_id, pricing.terms(order))
    process = by_key(catalogue.processes, line.choice.process)
    if process is None or not cells:
        return None
    rows = []
    for lead_time in process.lead_times:
        of_row = [cell for cell in cells if cell.lead_time == lead_time.key]
        if of_row:
            here = tuple(_cell(cell, line.choice.lead_time, line.quantity, catalogue.currency) for cell in of_row)
            rows.append(Row(lead_time.key, lead_time.name, business_days(of_row[0].days), here))
    quantities = tuple(sorted({cell.quantity for cell in cells}))
    return PriceTable(line.pk, line.name, catalogue.currency, quantities, tuple(rows))


def _cell(cell: GridCell, lead_time: str, quantity: int, currency: str) -> Cell:
    current = cell.lead_time == lead_time and cell.quantity == quantity
    return Cell(cell.quantity, cell.net, unit_money(cell.unit, currency), current)
