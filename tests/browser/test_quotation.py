"""What is typed into a quote outlives the session and the connection."""

import re

from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.make_models import DATA
from tests.served import Served


def test_what_was_typed_outlives_session_and_connection(new_context: steps.NewContext, demo: Served) -> None:
    page = new_context().new_page()
    steps.log_in(page, demo, "sales")
    page.goto("/backoffice/quotation/new/")
    page.get_by_role("button", name=re.compile("^Quote for")).first.click()
    page.wait_for_url("**/quote/*/")
    page.locator("[data-upload] input[type=file]").set_input_files(DATA / "l_bracket.stl")
    row = steps.line(page, "l_bracket.stl")
    expect(row.locator("[data-line-margin]")).to_be_visible(timeout=steps.WORKER)
    address = page.url

    page.context.set_offline(True)
    steps.field(row, "Quantity").fill("7")
    steps.field(row, "Quantity").blur()
    expect(page.locator("#messages .notice-error")).to_be_visible()
    page.context.set_offline(False)  # the page sends it by itself
    expect(row.locator("[id$='-price']")).to_contain_text("each", timeout=steps.WORKER)

    note = page.locator("#terms").get_by_label(re.compile("^Note on the offer"))
    saved = [one for one in page.context.cookies() if one["name"] != "sessionid"]
    page.context.clear_cookies()
    page.context.add_cookies(saved)  # type: ignore[arg-type]
    note.fill("Delivered in two lots.")
    note.blur()
    page.wait_for_url("**/account/login/**")
    sign_in(page, demo)
    page.wait_for_url(address)
    expect(note).to_have_value("Delivered in two lots.")
    page.wait_for_load_state("networkidle")
    page.reload()
    expect(note).to_have_value("Delivered in two lots.")
    page.evaluate("sessionStorage.clear()")
    page.reload()
    expect(note).to_have_value("Delivered in two lots.")
    expect(steps.field(row, "Quantity")).to_have_value("7")

    row.get_by_role(
        "button", name="Duplicate"
    ).click()  # then a form that is sent as a page: it knows the version shown
    expect(steps.line(page, "l_bracket.stl")).to_have_count(2)
    page.reload()
    version = page.locator("#quote-sync [name=version]")
    before = version.get_attribute("value") or ""
    steps.field(row.first, "Quantity").fill("8")
    steps.field(row.first, "Quantity").blur()
    expect(version).not_to_have_value(before)
    page.get_by_text("Change several parts at once").click()
    page.get_by_label("Tick all").check()
    page.locator("#bulk").get_by_label(re.compile("^Quantity")).fill("3")
    page.get_by_role("button", name="Apply to the ticked parts").click()
    expect(page.locator("[data-undo]")).to_be_visible()


def sign_in(page: Page, demo: Served) -> None:
    login = steps.logins(demo, "sales")
    page.get_by_label(re.compile("^E-?mail")).fill(login["email"])
    steps.fill_in(page, {"Password": login["password"]})
    page.get_by_role("button", name="Sign in").click()
