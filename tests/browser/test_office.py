"""The back office in a browser: many orders changed at once, and a talk with a customer."""

import re

from playwright.sync_api import expect

from tests.browser import steps
from tests.served import Served


def test_many_orders_at_once_with_refusals(new_context: steps.NewContext, demo: Served) -> None:
    watch = steps.Watch()
    page = watch.over(new_context()).new_page()
    steps.log_in(page, demo, "production")
    page.goto("/backoffice/orders/")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("tbody input:checked")).to_have_count(1)
    page.get_by_label("Tick all").check()
    page.get_by_label("With the ticked orders", exact=True).select_option("deliver")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label(re.compile("E-mail the customers")).uncheck()
    page.get_by_role("button", name=re.compile(r"\d+ orders$")).click()
    refused = page.get_by_role("region", name=re.compile("left as"))
    done = page.get_by_role("region", name=re.compile("changed$"))
    expect(refused.get_by_role("listitem").first).to_contain_text("#")
    expect(done.get_by_role("listitem").first).to_contain_text("Delivered")
    many = done.get_by_role("listitem").count()
    page.reload()
    expect(done.get_by_role("listitem")).to_have_count(many)
    assert watch.complaints == []


def test_a_talk_with_a_customer(new_context: steps.NewContext, demo: Served) -> None:
    watch = steps.Watch()
    shop = watch.over(new_context()).new_page()
    steps.log_in(shop, demo, "sales")
    customer = steps.logins(demo, "customer")["email"]
    shop.goto(f"/backoffice/orders/?q={customer}")
    shop.locator("tbody .row-link").first.click()
    number = shop.get_by_role("heading", level=1).inner_text()
    talk = shop.locator("#thread")
    talk.get_by_label("Message").fill("May we turn the part?")
    talk.get_by_label("Files").set_input_files(
        {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
    )
    talk.get_by_role("button", name="Send").click()
    talk.get_by_label("Message").fill("Ask Anna first")
    talk.get_by_label(re.compile("Internal")).check()
    talk.get_by_role("button", name="Send").click()
    expect(talk).to_contain_text("Ask Anna first")

    buyer = watch.over(new_context()).new_page()
    steps.log_in(buyer, demo, "customer")
    buyer.goto("/orders/")
    buyer.get_by_role("link", name=re.compile(number)).first.click()
    thread = buyer.locator("#thread")
    expect(thread).to_contain_text("May we turn the part?")
    expect(thread).to_contain_text("plan.pdf")
    expect(thread).not_to_contain_text("Ask Anna")
    thread.get_by_label("Message").fill("Yes, please turn it.")
    thread.get_by_role("button", name="Send").click()
    expect(thread).to_contain_text("Yes, please turn it.")
    shop.reload()
    expect(talk).to_contain_text("Yes, please turn it.")
    assert watch.complaints == []
