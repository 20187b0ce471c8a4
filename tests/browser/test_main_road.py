"""From a model to a delivered order, as a customer and the shop walk it: drop, configure, sign up, place, produce, deliver."""

import contextlib
import csv
import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import steps
from tests.make_models import DATA, box, simple_threemf
from tests.served import Served

CUSTOMER, BILLING = "greta.holm@holm.example", "invoices@holm.example"
SHOP = "orders@kesselbach.example"
# What is uploaded, and the dimensions that its row must show.
MODELS = {"l_bracket.stl": "60.0 × 40.0 × 50.0", "box_mm.step": "10.0 × 20.0 × 30.0", "plate.3mf": "60.0 × 40.0 × 4.00"}


class Change(NamedTuple):
    transition: str
    verb: str
    status: str
    label: str
    details: dict[str, str] = {}


CONFIRM = re.compile("confirm", re.IGNORECASE)
CHANGES = [
    Change(
        *("put_on_hold", "Put on hold", "on_hold", "On hold"),
        {"Reason": "No powder", "Note for the customer": "New powder comes on Friday."},
    ),
    Change("resume", "Resume", "placed", "Placed"),
    Change("start_manufacturing", "Start manufacturing", "manufacturing", "Manufacturing"),
    Change("reprint", "Re-print", "re_printing", "Re-printing", {"Reason": "Layer shift in the bracket"}),
    Change("start_manufacturing", "Start manufacturing", "manufacturing", "Manufacturing"),
    Change("start_post_production", "Start post-production", "post_production", "Post-production"),
    Change("make_ready_for_shipping", "Ready for shipping", "ready_for_shipping", "Ready for shipping"),
    Change("ship", "Ship", "shipped", "Shipped", {"Carrier": "DHL", "Tracking number": "00340434161094042557"}),
    Change("deliver", "Delivered", "delivered", "Delivered"),
]


@pytest.fixture
def watch(context: BrowserContext) -> Iterator[steps.Watch]:
    """Over the customer's browser, and whatever else is put under it: at the end nobody has complained."""
    watch = steps.Watch()
    watch.over(context)
    yield watch
    assert watch.complaints == []


def test_main_road(page: Page, new_context: steps.NewContext, demo: Served, watch: steps.Watch, tmp_path: Path) -> None:
    plate = tmp_path / "plate.3mf"
    plate.write_bytes(simple_threemf(box((60, 40, 4))))
    steps.choose(page, DATA / "l_bracket.stl", DATA / "box_mm.step", plate)
    configure(page)
    sign_up(page)
    confirm_address(page, demo)
    check_out(page)
    place(page)
    heading = page.get_by_role("heading", level=1, name="Order").inner_text()
    number = int(heading.split()[-1])

    staff = watch.over(new_context()).new_page()
    steps.log_in(staff, demo, "manager")
    row = staff.get_by_role("row").filter(has_text=f"#{number}")
    expect(row).to_contain_text(re.compile("Greta Holm.*Holm Bootsbau GmbH.*Placed", re.DOTALL))
    row.get_by_role("link").click()
    for change in CHANGES:
        steps.change_status(staff, change.transition, change.verb, change.details)
        expect(staff.get_by_role("status").filter(has_text=f"#{number}")).to_contain_text(change.label)
        page.goto(page.url.split("?")[0])
        steps.expect_status(page, change.status, change.label)
        if note := change.details.get("Note for the customer"):
            expect(page.locator("[data-shop-note]")).to_have_text(note)
    expect(page.locator("[data-tracking]")).to_contain_text("00340434161094042557")

    mails_are_exactly_those_of_the_table(demo, number, ["placed", *(change.status for change in CHANGES)])
    mails_are_shown(page, staff, number, 1 + len(CHANGES))


def configure(page: Page) -> None:
    """As a guest: three files, their dimensions and prices, and the total that follows each choice."""
    for name, size in MODELS.items():
        expect(steps.line(page, name)).to_contain_text(f"{size}\xa0mm")
        assert steps.money(steps.line_price(page, name).inner_text()) > 0
    bracket, cuboid, plate = (steps.line(page, name) for name in MODELS)
    choices: list[Callable[[], object]] = [
        lambda: steps.field(bracket, "Process").select_option(label="SLS powder printing"),
        lambda: steps.field(bracket, "Material").select_option(label="PA 12 GF (glass filled)"),
        lambda: fill_quantity(page, "l_bracket.stl", "5"),
        lambda: steps.field(cuboid, "Finish").select_option(label="Sanded"),
        lambda: steps.field(cuboid, "Material").select_option(label="PETG"),
        lambda: fill_quantity(page, "plate.3mf", "3"),
    ]
    totals = [steps.change(page, choose) for choose in choices]
    assert totals[2] > totals[1], "five cost more than one"
    assert totals[3] > totals[2], "sanding costs something"
    with page.expect_response("**/lines/*/"):  # costs nothing, and so changes no price
        plate.get_by_title("Blue").click()
    expect(steps.field(plate, "Blue")).to_be_checked()


def fill_quantity(page: Page, name: str, quantity: str) -> None:
    box = steps.field(steps.line(page, name), "Quantity")
    box.fill(quantity)
    box.press("Tab")


def sign_up(page: Page) -> None:
    """On the way to checkout; the draft comes along."""
    total = steps.money(steps.continue_link(page).text_content())
    draft = page.url.split("#")[0]
    steps.continue_link(page).click()
    page.get_by_role("main").get_by_role("link", name="Create an account").click()
    steps.fill_in(page, {"Your name": "Greta Holm", "Phone": "+49 40 5550 778", "E-mail": CUSTOMER})
    steps.fill_in(page, {"Password": "a boat on the Elbe"})
    steps.field(page, "I order for a company").check()
    steps.fill_in(page, {"Company": "Holm Bootsbau GmbH", "Street and number": "Am Kai 4", "Postcode": "20457"})
    steps.fill_in(page, {"City": "Hamburg", "Billing contact": "Accounts", "E-mail for invoices": BILLING})
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url(f"{draft}checkout/")
    for name in MODELS:
        expect(page.get_by_role("complementary", name="Your order")).to_contain_text(name)
    assert steps.money(page.locator("[data-total]").inner_text()) == total


def confirm_address(page: Page, demo: Served) -> None:
    """By the link in the mail, in a tab of its own."""
    unconfirmed = page.get_by_text(re.compile("confirm your e-mail address", re.IGNORECASE))
    expect(unconfirmed).to_be_visible()
    mailbox = page.context.new_page()
    steps.wait_for_mail(mailbox, demo, CUSTOMER, CONFIRM).click()
    with mailbox.expect_popup() as opened:
        mailbox.frame_locator("iframe").get_by_role("link").filter(has_text=CONFIRM).first.click()
    confirming = opened.value
    expect(confirming.get_by_role("main")).to_contain_text(CUSTOMER)
    confirming.get_by_role("main").get_by_role("button", name=CONFIRM).click()
    expect(confirming.get_by_role("status").first).to_be_visible()
    confirming.close()
    mailbox.close()
    page.reload()
    expect(unconfirmed).to_have_count(0)


def check_out(page: Page) -> None:
    """Who it is for is known from signing up."""
    billing = page.get_by_role("region", name="Billing address")
    expect(steps.field(billing, "Street and number")).to_have_value("Am Kai 4")
    expect(billing).to_contain_text(BILLING)
    page.locator("[data-shipping=parcel_de]").click()
    steps.fill_in(page, {"Your reference": "Boat 17"})
    page.locator("#checkout").get_by_role("button", name="review").click()


def place(page: Page) -> None:
    review = page.get_by_role("main")
    for words in (*MODELS, "Am Kai 4", "Boat 17", "Parcel, Germany", "SLS powder printing", "Sanded", "PETG", "Blue"):
        expect(review).to_contain_text(words)
    total = page.locator("[data-total]").inner_text()
    page.get_by_role("checkbox").check()
    button = page.get_by_role("button", name="Place order")
    expect(button).to_contain_text(total)
    button.click()
    steps.expect_status(page, "placed", "Placed")
    expect(page.locator("[data-payment-page]")).to_have_attribute("data-payment-page", "ready_for_payment")
    expect(page.get_by_role("heading", name="Ready for Payment")).to_be_visible()
    expect(page.locator("[data-total]")).to_have_text(total)


def mails_are_exactly_those_of_the_table(demo: Served, number: int, entered: list[str]) -> None:
    with (DATA / "emails.csv").open() as file:
        table = list(csv.DictReader(file))
    expected = [
        (status, row["audience"], *people(row["audience"], row["billing_contact_cc"]), "kept")
        for status in entered
        for row in table
        if row["event"] == status
    ]
    assert len(expected) == 2 * len(entered)

    def written() -> list[tuple[str, str, list[str], list[str], str]]:
        with contextlib.closing(sqlite3.connect(demo.folder / "partwright.sqlite3", timeout=20)) as database:
            rows = database.execute(
                'SELECT event, audience, "to", cc, state FROM notifications_outgoingemail WHERE about ='
                " (SELECT 'order:' || id FROM orders_order WHERE number = ?) ORDER BY id",
                (number,),
            ).fetchall()
        return [(event, audience, json.loads(to), json.loads(cc), state) for event, audience, to, cc, state in rows]

    demo.wait_until(lambda: all(row[-1] == "kept" for row in written()), 30)
    assert written() == expected


def people(audience: str, billing_copy: str) -> tuple[list[str], list[str]]:
    if audience == "shop":
        return [SHOP], []
    return [CUSTOMER], [BILLING] if billing_copy == "yes" else []


def mails_are_shown(page: Page, staff: Page, number: int, entered: int) -> None:
    """In the demo shop's mailbox, and to staff on the page of the order."""
    for person in (CUSTOMER, SHOP):
        page.goto(f"/mailbox/?to={person}")
        mails = page.get_by_role("table").get_by_role("row").filter(has_text=f"#{number}")
        expect(mails).to_have_count(entered)
    staff.reload()
    kept = staff.get_by_role("region", name="E-mails").get_by_role("row").filter(has_text="Kept")
    expect(kept).to_have_count(2 * entered)
