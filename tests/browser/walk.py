"""`make walk`: cases 1 to 3 of the source text in a browser, against a fresh demo installation; each step is printed with
its picture's name. The tests walk the same steps (test_walk.py).
"""

import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from playwright.sync_api import Locator, Page, expect, sync_playwright

from scripts import programs
from tests.browser import steps
from tests.make_models import DATA
from tests.served import Served

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "walk"
BUYER = "ida.brandt@brandt.example"
QUOTED = "ole.hansen@nordwerk.example"  # a customer whom the shop enters


@dataclass
class Walk:
    """A customer and somebody of the shop, each in a browser of their own."""

    served: Served
    customer: Page
    staff: Page
    folder: Path | None = None  # where the pictures go
    done: list[str] = field(default_factory=list)

    def step(self, page: Page, says: str) -> None:
        self.done.append(says)
        if self.folder is None:
            return
        name = f"{len(self.done):02}-{re.sub(r'[^a-z0-9]+', '-', says.lower()).strip('-')[:60]}.png"
        page.screenshot(path=self.folder / name, full_page=True)
        print(f"{len(self.done):>3}  {says}  ({name})", flush=True)


def case_one(walk: Walk) -> None:
    """A regular order: account, model, process and material, finish, shipping, confirm, pay."""
    page = walk.customer
    steps.choose(page, DATA / "l_bracket.stl")
    walk.step(page, "Case 1. The model is uploaded, measured and priced")
    row = steps.line(page, "l_bracket.stl")
    steps.change(page, lambda: steps.field(row, "Process").select_option(label="SLS powder printing"))
    walk.step(page, "Process and material are chosen, the price follows")
    steps.continue_link(page).click()
    page.get_by_role("main").get_by_role("link", name="Create an account").click()
    sign_up(page)
    walk.step(page, "The account is made, the quote came along")
    confirm_address(walk, page)
    page.locator("[data-shipping=parcel_de]").click()
    walk.step(page, "Shipping is chosen")
    page.locator("#checkout").get_by_role("button", name="review").click()
    page.get_by_role("checkbox").check()
    walk.step(page, "The quote is reviewed")
    page.get_by_role("button", name="Place order").click()
    steps.expect_status(page, "placed", "Placed")
    expect(page.get_by_role("heading", name="Ready for Payment")).to_be_visible()
    walk.step(page, "The order is placed: Ready for Payment")
    open_order(walk, number_of(page))
    expect(walk.staff.locator(".page-title")).to_contain_text("Placed")
    walk.step(walk.staff, "The shop sees it as Placed")
    pay(walk)
    invoice(walk)


def sign_up(page: Page) -> None:
    steps.fill_in(page, {"Your name": "Ida Brandt", "E-mail": BUYER, "Password": "a boat on the Elbe"})
    steps.fill_in(page, {"Street and number": "Am Kai 4", "Postcode": "20457", "City": "Hamburg"})
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url("**/checkout/")


def confirm_address(walk: Walk, page: Page) -> None:
    confirm = re.compile("confirm", re.IGNORECASE)
    mailbox = page.context.new_page()
    steps.wait_for_mail(mailbox, walk.served, BUYER, confirm).click()
    with mailbox.expect_popup() as opened:
        mailbox.frame_locator("iframe").get_by_role("link").filter(has_text=confirm).first.click()
    opened.value.get_by_role("main").get_by_role("button", name=confirm).click()
    opened.value.close()
    mailbox.close()
    page.reload()


def pay(walk: Walk) -> None:
    page = walk.customer
    page.locator("[data-button=pay_now]").click()
    walk.step(page, "Pay now leads to the payment page")
    page.get_by_role("button", name=re.compile("^Pay ")).first.click()
    expect(page.locator("[data-payment-page]")).to_have_attribute("data-payment-page", "paid")
    walk.step(page, "The payment has arrived: Paid")


def invoice(walk: Walk) -> None:
    """The worker makes the PDF; the page opens it by itself."""
    page = walk.customer
    address = page.url.split("?")[0]
    page.locator("[data-button=download_invoice]").click()
    page.goto(address)

    def made() -> bool:
        page.goto(address)
        links = page.locator("[data-document-kind=invoice] a")
        return links.count() == 1 and bool(re.search(r"R\d{4}-\d{5}", links.inner_text()))

    walk.served.wait_until(made, steps.WORKER / steps.SECONDS)
    walk.step(page, "The invoice has its number and stands among the documents")


def case_two(walk: Walk) -> None:
    """Reviewed: submitted, edited by the shop, offered, revised, accepted by the link in the mail."""
    page = walk.customer
    steps.choose(page, DATA / "enclosure.stl")
    steps.continue_link(page).click()
    page.locator("[data-shipping=parcel_de]").click()
    page.locator("#checkout").get_by_role("button", name="review").click()
    page.get_by_role("button", name="Submit for review").click()
    steps.expect_status(page, "waiting_for_review", "Waiting for review")
    expect(page.get_by_role("heading", name="Budget offer")).to_be_visible()
    expect(page.locator("[data-button=pay_now]")).to_have_count(0)
    walk.step(page, "Case 2. Submitted for review: Budget offer, no Pay now")
    order_page, number = page.url.split("?")[0], number_of(page)
    open_order(walk, number)
    set_price(walk, "80")
    walk.step(walk.staff, "The shop reviews it and sets a price")
    send(walk)
    walk.step(walk.staff, "The firm offer is sent")
    first = offer_link(walk, number, "manufacturing offer is ready")
    page.goto(order_page)
    expect(page.locator("#changes")).to_contain_text("80.00")
    expect(page.locator("[data-button=pay_now]")).to_have_count(0)
    walk.step(page, "The customer sees the firm offer and what changed")
    page.locator("[data-button=request_changes]").click()
    steps.field(page.locator("#request_changes"), "What should be different?").fill("A little cheaper, please.")
    page.get_by_role("button", name="Send to the shop").click()
    steps.expect_status(page, "waiting_for_review", "Waiting for review")
    walk.step(page, "The customer asks for a change")
    open_order(walk, number)
    set_price(walk, "72,50")
    send(walk)
    page.context.clear_cookies()
    page.goto(first)
    expect(page.get_by_role("button", name=re.compile("^Confirm offer"))).to_have_count(0)
    walk.step(page, "The link of the first offer shows the new one and accepts nothing")
    page.goto(offer_link(walk, number, "replaces revision"))
    expect(page.locator("#changes")).to_contain_text("72.50")
    confirm = page.locator("#confirm")
    steps.fill_in(confirm, {"Your name": "Ida Brandt"})
    confirm.get_by_role("checkbox").check()
    confirm.get_by_role("button", name=re.compile("^Confirm offer")).click()
    steps.expect_status(page, "placed", "Placed")
    walk.step(page, "The newest link accepts: Placed")
    pay(walk)
    refund(walk, number)
    page.goto(order_page)
    expect(page.locator("[data-payment]")).to_have_attribute("data-payment", "partially_refunded")
    walk.step(page, "A goodwill refund is booked with its credit note")


def case_three(walk: Walk) -> None:
    """The quotation tool: customer, model, the shop's powers, draft, firm offer, confirmed by the link in the mail."""
    staff = walk.staff
    staff.goto("/backoffice/")
    staff.get_by_role("link", name="Quotation tool").click()
    staff.get_by_role("link", name="New quote").first.click()
    form = staff.locator("#new-customer")
    steps.fill_in(form, {"Contact's name": "Ole Hansen", "E-mail": QUOTED, "Company": "Nordwerk ApS"})
    steps.fill_in(form, {"Street and number": "Kajen 2", "Postcode": "24937", "City": "Flensburg"})
    form.get_by_role("button", name="Enter the customer").click()
    staff.wait_for_url("**/quote/*/")
    walk.step(staff, "Case 3. The end-customer is entered in the quotation tool")
    staff.locator("[data-upload] input[type=file]").set_input_files(DATA / "l_bracket.stl")
    row = steps.line(staff, "l_bracket.stl")
    expect(row.locator("[data-line-margin]")).to_be_visible(timeout=steps.WORKER)
    walk.step(staff, "The model is uploaded in the enhanced widget: price, cost and margin")
    row.get_by_text("Price by hand").click()
    steps.fill_in(row, {"Offer other quantities too": "25"})
    row.get_by_role("button", name="Add as alternatives").click()
    expect(staff.get_by_role("article", name="l_bracket.stl")).to_have_count(2)
    steps.fill_in(staff.locator("#fee-new"), {"What for": "Inspection report", "Amount": "35"})
    staff.get_by_role("button", name="Add the fee").click()
    expect(staff.locator(".quote-fee")).to_have_count(1)
    steps.field(staff.locator("#terms"), "Delivery").select_option(index=1)
    walk.step(staff, "Another quantity, a fee and the delivery are added")
    staff.get_by_role("button", name="Save as draft").first.click()
    staff.wait_for_url("**/backoffice/quotation/")
    walk.step(staff, "It is saved as a draft, with its owner and age")
    staff.locator("#drafts").get_by_role("link", name="Ole Hansen").click()
    staff.get_by_role("button", name="Preview and send offer").first.click()
    expect(staff.locator("#preview")).to_be_visible()
    staff.get_by_role("button", name="Send offer").click()
    expect(staff.locator(".page-title")).to_contain_text("Firm offer sent")
    walk.step(staff, "The offer is sent: Firm offer sent")
    number = staff.get_by_role("heading", level=1).inner_text().lstrip("#")
    page = walk.customer
    page.context.clear_cookies()
    page.goto(offer_link(walk, number, "new offer", to=QUOTED))
    expect(page.locator("[data-button=accept_offer]").first).to_be_visible()
    expect(page.locator("[data-button=pay_now]")).to_have_count(0)
    walk.step(page, "The link in the mail opens the firm offer, without Pay now")
    confirm = page.locator("#confirm")
    confirm.get_by_role("radio").first.check()
    confirm.get_by_role("checkbox").check()
    confirm.get_by_role("button", name=re.compile("^Confirm offer")).click()
    steps.expect_status(page, "placed", "Placed")
    walk.step(page, "The customer picks a quantity and confirms: Placed")
    pay(walk)


def number_of(page: Page) -> str:
    return page.get_by_role("heading", level=1, name="Order").inner_text().split()[-1]


def open_order(walk: Walk, number: str) -> None:
    walk.staff.goto(f"/backoffice/orders/{number}/")


def set_price(walk: Walk, amount: str) -> None:
    staff = walk.staff
    staff.get_by_role("link", name="Edit", exact=True).click()
    staff.get_by_role("link", name=re.compile("^Edit ")).first.click()
    form: Locator = staff.locator(".bo-line-form")
    steps.fill_in(form, {"Price for all pieces, set by hand": amount, "Why": "agreed by phone"})
    form.get_by_role("button", name="Save line").click()
    expect(staff.get_by_role("status").first).to_be_visible()


def send(walk: Walk) -> None:
    staff = walk.staff
    staff.get_by_role("link", name="Preview and send").click()
    expect(staff.locator("#preview")).to_be_visible()
    staff.get_by_role("button", name="Send firm offer").click()
    expect(staff.locator(".page-title")).to_contain_text("Firm offer sent")


def offer_link(walk: Walk, number: str, subject: str, to: str = BUYER) -> str:
    """The button of the customer's mail about an offer, from the demo shop's mailbox."""
    mailbox = walk.customer.context.new_page()
    mail = re.compile(rf"{number}.*{subject}", re.IGNORECASE)
    steps.wait_for_mail(mailbox, walk.served, to, mail).click()
    button = mailbox.frame_locator("iframe").locator("a.button-link").first
    address = button.get_attribute("href", timeout=steps.WORKER) or ""
    mailbox.close()
    return address


def refund(walk: Walk, number: str) -> None:
    open_order(walk, number)
    staff = walk.staff
    staff.get_by_role("link", name="Give money back").click()
    steps.fill_in(staff, {"Amount to give back": "5"})
    staff.get_by_label("This also lowers the price (credit note)").check()
    staff.get_by_role("button", name="Give money back").click()
    expect(staff.get_by_role("status").first).to_be_visible()
    walk.step(staff, "The shop gives 5.00 back")


CASES: tuple[Callable[[Walk], None], ...] = (case_one, case_two, case_three)


def start(new_context: steps.NewContext, served: Served, folder: Path | None = None) -> Walk:
    customer, staff = (new_context().new_page() for _ in range(2))
    steps.log_in(staff, served, "manager")
    return Walk(served, customer, staff, folder)


def main() -> None:
    chromium = programs.chromium() or sys.exit("walk: no Chromium here; install it, or set CHROMIUM to where it is")
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    with (
        tempfile.TemporaryDirectory(prefix="partwright-walk-") as data,
        Served(Path(data), demo=True) as served,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=programs.chromium_options())
        walk = start(partial(browser.new_context, base_url=served.url), served, FOLDER)
        for case in CASES:
            case(walk)
    print(f"{len(walk.done)} steps, their pictures are in {FOLDER.name}/")


if __name__ == "__main__":
    main()
