"""What a buyer does about a price: accepts a risk, takes over a suggestion, takes it back, reads the curve by keyboard."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.make_models import DATA


def test_a_price_is_understood_and_made_cheaper(page: Page) -> None:
    watch = steps.Watch()
    watch.over(page.context)
    page.goto("/")
    page.locator("[data-upload] input[type=file]").first.set_input_files(DATA / "enclosure.stl")
    page.wait_for_url("**/quote/*/")
    row = steps.line(page, "enclosure.stl")
    price = row.locator(".quote-net")
    expect(price).to_be_visible(timeout=steps.WORKER)

    steps.field(row, "Process").select_option("milling_3axis")
    row.get_by_role("button", name="Accept the risk").click()
    expect(row.locator("[data-risk].is-accepted")).to_be_visible()
    milled = price.inner_text()

    cheaper, curve = (
        row.get_by_text(text, exact=True)
        for text in ("What would make it cheaper", "Price per piece over the quantity, by process")
    )
    for fold in (cheaper, curve):
        fold.focus()
        page.keyboard.press("Enter")
    expect(row.locator("svg.curve")).to_be_visible()
    assert row.locator(".curve-table tbody tr").count() == row.locator("polyline").count() > 1
    found = Axe().run(page, context="#quote", options={"runOnly": ["wcag2a", "wcag2aa"]})
    assert found.violations_count == 0, found.generate_report()

    row.locator("[data-tip='process']").get_by_role("button", name=re.compile("^Apply")).click()
    expect(row.locator("[data-undo-line]")).to_be_visible()
    expect(steps.field(row, "Process")).to_have_value("fdm")
    expect(row.locator("[data-tip='process']")).to_have_count(
        0
    )  # it is taken over, and the others were worked out anew
    row.locator("[data-tip='quantity']").get_by_role("button", name=re.compile("^Apply")).click()
    expect(steps.field(row, "Quantity")).to_have_value("5")
    page.locator("#quote-undo").get_by_role("button", name="Undo").click()
    expect(steps.field(row, "Quantity")).to_have_value("1")
    assert price.inner_text() != milled
    assert watch.complaints == []
