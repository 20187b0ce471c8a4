"""The pages of which `make shots` takes pictures. Add one line per page.

A page is a path, or a function of an open browser page (which is logged in, and at the front page) that goes there.
"""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

GUEST, CUSTOMER, MANAGER = "guest", "customer", "manager"  # as in demo-logins.json


@dataclass(frozen=True)
class Shot:
    name: str
    who: str
    where: str | Callable[[Page], None]


def first_link(path: str, pattern: str) -> Callable[[Page], None]:
    """The first page of a list: of `path`, the link whose address ends as the CSS pattern says."""

    def go(page: Page) -> None:
        page.goto(path)
        link = page.locator(f'main a[href*="{pattern}"]').first
        page.goto(link.get_attribute("href", timeout=2000) or "")

    return go


def draft(step: str = "") -> Callable[[Page], None]:
    """The customer's quote in progress, or a step of its checkout."""

    def go(page: Page) -> None:
        first_link("/orders/?group=draft", "/quote/")(page)
        if step:
            page.goto(page.url + step)

    return go


def order(number: int, rest: str = "") -> Callable[[Page], None]:
    """An order of the demo shop in the back office, by its place in backoffice/demo/shop.toml."""

    def go(page: Page) -> None:
        page.goto(f"/backoffice/orders/{number}/{rest}")

    return go


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
]
