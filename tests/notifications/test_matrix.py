"""The table in the code against the table that was written by hand."""

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from notifications.matrix import EVENTS

TABLE = Path(__file__).resolve().parent.parent / "data" / "emails.csv"
# Where the customer's button leads, as the table puts it.
LINKS = {"order page": "order", "invoice and payment page": "offer", "payment page": "payment"}


def written() -> dict[str, list[dict[str, str]]]:
    rows = defaultdict(list)
    with TABLE.open(newline="") as file:
        for row in csv.DictReader(file):
            rows[row["event"]].append(row)
    return rows


def test_the_same_events() -> None:
    assert set(EVENTS) == set(written())


@pytest.mark.parametrize("event", sorted(written()))
def test_event(event: str) -> None:
    rows = [row for row in written()[event] if row["audience"] != "none"]
    rule = EVENTS[event]
    assert set(rule.audiences) == {row["audience"] for row in rows}
    for row in rows:
        copied = row["billing_contact_cc"] == "yes"
        if row["audience"] == "customer":
            assert rule.billing_copy == copied
            assert rule.link == LINKS[row["link"]]
        else:
            assert not copied
            assert row["link"] == "back office order"
