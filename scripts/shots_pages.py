"""The pages of which `make shots` takes pictures. Add one line per page.

A page is a path, or a function of an open browser page (which is logged in) that goes there.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

GUEST, CUSTOMER, SALES, MANAGER = "guest", "customer", "sales", "manager"  # as in demo-logins.json
PASSWORD = "partwright-demo"
Way = str | Callable[[Page], None]


@dataclass(frozen=True)
class Shot:
    name: str
    who: str
    where: Way


def go(page: Page, way: Way) -> None:
    if isinstance(way, str):
        page.goto(way)
    else:
        way(page)


def first_link(way: Way, pattern: str) -> Callable[[Page], None]:
    """The first page of a list: behind `way`, the link whose address holds `pattern`."""

    def through(page: Page) -> None:
        go(page, way)
        link = page.locator(f'main a[href*="{pattern}"]').first
        page.goto(link.get_attribute("href", timeout=2000) or "")

    return through


def press(way: Way, button: str, values: dict[str, str] | None = None) -> Callable[[Page], None]:
    """The page behind the first button whose name begins so, with fields (by name) filled in before."""

    def through(page: Page) -> None:
        go(page, way)
        for name, value in (values or {}).items():
            page.locator(f'main [name="{name}"]').first.fill(value)
        with page.expect_navigation():
            page.locator("main").get_by_role("button", name=re.compile(f"^{button}")).first.click(timeout=5000)

    return through


def then(way: Way, rest: str) -> Callable[[Page], None]:
    """An address below that of another page."""

    def through(page: Page) -> None:
        go(page, way)
        page.goto(page.url.split("?")[0].split("#")[0] + rest)

    return through


def draft(step: str = "") -> Callable[[Page], None]:
    """The customer's quote in progress, or a step of its checkout."""
    return then(first_link("/orders/?group=draft", "/quote/"), step)


def of_line(name: str) -> Callable[[Page], None]:
    """What is told about the first part of the customer's quote on a page of its own."""

    def through(page: Page) -> None:
        go(page, draft())
        line = page.locator("article[id^=line-]").first.get_attribute("id") or ""
        page.goto(f"{page.url}lines/{line.removeprefix('line-')}/{name}/")

    return through


def order(number: int, rest: str = "") -> str:
    """An order of the demo shop in the back office, by its place in backoffice/demo/shop.toml."""
    return f"/backoffice/orders/{number}/{rest}"


def in_review(rest: str) -> Callable[[Page], None]:
    """The first order in the back office that waits for review."""
    return then(first_link("/backoffice/orders/?status=waiting_for_review", "/backoffice/orders/1"), rest)


def quotation() -> Callable[[Page], None]:
    """The latest draft of the quotation tool."""
    return first_link("/backoffice/quotation/", "/quote/")


PAGES = [
    Shot("home", GUEST, "/"),
    Shot("login", GUEST, "/account/login/"),
    Shot("signup", GUEST, "/account/signup/"),
    Shot("password-reset", GUEST, "/account/password/reset/"),
    Shot("not-found", GUEST, "/no-such-page/"),
    Shot("customer-home", CUSTOMER, "/"),
    Shot("orders", CUSTOMER, "/orders/"),
    Shot("orders-none-found", CUSTOMER, "/orders/?q=nothing+of+the+kind"),
    Shot("quote", CUSTOMER, draft()),
    Shot("checkout", CUSTOMER, draft("checkout/")),
    Shot("review", CUSTOMER, draft("review/")),
    Shot("firm-offer", CUSTOMER, first_link("/orders/?group=offer", "/orders/")),
    Shot("order", CUSTOMER, first_link("/orders/", "/orders/")),
    Shot("profile", CUSTOMER, "/account/profile/"),
    Shot("company", CUSTOMER, "/account/company/"),
    Shot("addresses", CUSTOMER, "/account/addresses/"),
    Shot("mfa", CUSTOMER, "/account/2fa/"),
    Shot("api-keys", CUSTOMER, "/account/api/"),
    Shot("api-reference", GUEST, "/api/"),
    Shot("bo-customers", MANAGER, "/backoffice/customers/"),
    Shot("bo-customers-none-found", MANAGER, "/backoffice/customers/?q=nobody+of+the+kind"),
    Shot("bo-company", MANAGER, first_link("/backoffice/customers/", "/backoffice/customers/")),
    Shot("bo-company-edit", MANAGER, "/backoffice/customers/1/edit/"),
    Shot("bo-company-merge", MANAGER, "/backoffice/customers/1/merge/?into=2"),
    Shot("bo-company-erase", MANAGER, "/backoffice/customers/1/erase/"),
    Shot("bo-settings", MANAGER, "/backoffice/settings/identity/"),
    Shot("bo-settings-review", MANAGER, "/backoffice/settings/review/"),
    Shot("bo-settings-numbers", MANAGER, "/backoffice/settings/numbers/"),
    Shot("bo-settings-delivery", MANAGER, "/backoffice/settings/delivery/"),
    Shot("bo-wordings", MANAGER, "/backoffice/settings/emails/"),
    Shot("bo-wording", MANAGER, "/backoffice/settings/emails/placed/customer/"),
    Shot("bo-staff", MANAGER, "/backoffice/staff/"),
    Shot("bo-colleague", MANAGER, first_link("/backoffice/staff/", "/backoffice/staff/")),
    Shot("bo-activity", MANAGER, "/backoffice/activity/"),
    Shot("second-factor", MANAGER, "/account/second-factor/"),
    Shot("bo-api", MANAGER, "/backoffice/api/"),
    Shot("bo-orders", MANAGER, "/backoffice/orders/"),
    Shot("bo-order", MANAGER, first_link("/backoffice/orders/", "/backoffice/orders/1")),
    Shot("bo-order-delivered", MANAGER, order(1001)),
    Shot("bo-order-on-hold", MANAGER, order(1006)),
    Shot("bo-change", MANAGER, order(1007, "change/put_on_hold/")),
    Shot("bo-due-date", MANAGER, order(1001, "due-date/")),
    Shot("bo-payment", MANAGER, order(1007, "payment/")),
    Shot("bo-refunds", MANAGER, "/backoffice/refunds/"),
    Shot("bo-board", MANAGER, "/backoffice/board/"),
    Shot("bo-figures", MANAGER, "/backoffice/figures/"),
    Shot("bo-attention", MANAGER, "/backoffice/attention/"),
    Shot("bo-filters", MANAGER, "/backoffice/orders/?panel=1"),
    Shot("bo-quotations", MANAGER, "/backoffice/quotation/"),
    Shot("bo-quotation-new", MANAGER, "/backoffice/quotation/new/"),
    Shot("bo-prices", MANAGER, "/backoffice/catalogue/"),
    Shot("bo-draft-try", MANAGER, "/backoffice/catalogue/draft/try/"),
    Shot("bo-price-list", MANAGER, "/backoffice/catalogue/1/"),
    Shot("bo-previews", MANAGER, "/backoffice/emails/previews/"),
    Shot("bo-emails", MANAGER, "/backoffice/emails/"),
    Shot("bo-email", MANAGER, first_link("/backoffice/emails/", "/backoffice/emails/")),
    Shot("mailbox", GUEST, "/mailbox/"),
    Shot("mail", GUEST, first_link("/mailbox/", "/mailbox/")),
    Shot("password", CUSTOMER, "/account/password/change/"),
    Shot("address", CUSTOMER, "/account/addresses/add/"),
    Shot("address-edit", CUSTOMER, then(first_link("/account/addresses/", "/delete/"), "../")),
    Shot("address-delete", CUSTOMER, first_link("/account/addresses/", "/delete/")),
    Shot("e-mail-addresses", CUSTOMER, "/account/email/"),
    Shot("sign-out", CUSTOMER, "/account/logout/"),
    Shot("closed-account", GUEST, "/account/inactive/"),
    Shot("check-your-mail", GUEST, "/account/confirm-email/"),
    Shot("confirm-no-longer", GUEST, "/account/confirm-email/old/"),
    Shot("reset-sent", GUEST, "/account/password/reset/done/"),
    Shot("reset-no-longer", GUEST, "/account/password/reset/key/1-set-password/"),
    Shot("reset-done", GUEST, "/account/password/reset/key/done/"),
    Shot("confirm-it-is-you", CUSTOMER, "/account/reauthenticate/"),
    Shot("two-factor-on", CUSTOMER, press("/account/2fa/totp/activate/", "Continue", {"password": PASSWORD})),
    Shot("part", CUSTOMER, first_link(draft(), "/parts/")),
    Shot("prices-of-line", CUSTOMER, of_line("prices")),
    Shot("cheaper", CUSTOMER, of_line("cheaper")),
    Shot("quantities-of-line", CUSTOMER, of_line("curve")),
    Shot("demo-payment", CUSTOMER, press(first_link("/orders/?group=payment", "/orders/"), "Pay now")),
    Shot("bo-orders-none-found", MANAGER, "/backoffice/orders/?q=nothing+of+the+kind"),
    Shot("bo-refund", MANAGER, order(1001, "refund/")),
    Shot("bo-bulk", MANAGER, "/backoffice/orders/change/?transition=put_on_hold&order=1007:1"),
    Shot("bo-ship-part", MANAGER, order(1025, "ship-part/")),
    Shot("bo-edit", MANAGER, in_review("edit/")),
    Shot("bo-edit-line", MANAGER, first_link(in_review("edit/"), "/edit/?line=")),
    Shot("bo-quotation", SALES, press("/backoffice/quotation/new/", "Quote for")),
    Shot("bo-quotation-customer", SALES, first_link(quotation(), "/customer/")),
    Shot("bo-quotation-library", SALES, then(quotation(), "library/")),
]
