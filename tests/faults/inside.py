"""What a running shop's database says, and whether its workers have nothing left to do."""

import contextlib
import sqlite3

from tests.faults.test_broker import emails
from tests.served import Served

WORKED_ON = (
    "orders_document",
    "quoting_measurement",
    "quoting_thumbnail",
    "quoting_printestimate",
    "orders_providerevent",
)


def rows(shop: Served, query: str) -> list[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(shop.folder / "partwright.sqlite3", timeout=20)) as database:
        return database.execute(query).fetchall()


def settled(shop: Served) -> bool:
    """Mails are out, models measured, papers made."""
    left = [rows(shop, f"SELECT 1 FROM {table} WHERE state IN ('waiting', 'working') LIMIT 1") for table in WORKED_ON]
    return not any(left) and {state for state, _, _ in emails(shop)} <= {"sent", "kept"}
