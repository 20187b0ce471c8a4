"""What people do on the pages, for browser tests: by labels and roles, as they find their way."""

import base64
import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Response, expect

from tests.served import Served

SECONDS = 1000  # what Playwright counts in
WORKER = 20 * SECONDS  # for what a worker does: measuring, sending

NewContext = Callable[..., BrowserContext]


class Watch:
    """Everything that a browser complains about: errors in the console (violations of the content security policy are
    among them) and in scripts, answers that say that we failed."""

    def __init__(self) -> None:
        self.complaints: list[str] = []

    def over(self, context: BrowserContext) -> BrowserContext:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        context.on("response", self._response)
        return context

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            self.complaints.append(f"console of {message.location['url']}: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status} from {response.request.method} {response.url}")


def field(within: Page | Locator, label: str) -> Locator:
    """By the whole of its label, which may say that it is required or optional."""
    return within.get_by_label(re.compile(rf"^\s*{re.escape(label)}\s*(\*|\(optional\))?\s*$"))


def fill_in(within: Page | Locator, values: dict[str, str]) -> None:
    for label, value in values.items():
        field(within, label).fill(value)


def logins(demo: Served, who: str) -> dict[str, str]:
    """The first of this kind: customer, sales, production, accounting, manager."""
    entries = json.loads((demo.folder / "demo-logins.json").read_text())
    return next(entry for entry in entries if entry["who"] == who)


def log_in(page: Page, demo: Served, who: str) -> None:
    login = logins(demo, who)
    page.goto("/account/login/")
    page.get_by_label(re.compile("^E-?mail")).fill(login["email"])
    fill_in(page, {"Password": login["password"]})
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login" not in url)


# The quote page


def choose(page: Page, *files: Path) -> None:
    """Files on the front page; ends on the quote page with all of them measured and priced."""
    page.goto("/")
    page.locator("[data-upload] input[type=file]").set_input_files(files)
    _wait_for_prices(page)


def drop(page: Page, file: Path) -> None:
    """The same for a file that is dragged there."""
    page.goto("/")
    script = """([name, content]) => {
        const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
        const dragged = new DataTransfer();
        dragged.items.add(new File([bytes], name));
        return dragged;
    }"""
    dragged = page.evaluate_handle(script, [file.name, base64.b64encode(file.read_bytes()).decode()])
    page.locator("[data-drop]").dispatch_event("drop", {"dataTransfer": dragged})
    _wait_for_prices(page)


def _wait_for_prices(page: Page) -> None:
    page.wait_for_url("**/quote/*/")
    expect(continue_link(page)).to_be_visible(timeout=WORKER)


def line(page: Page, name: str) -> Locator:
    return page.get_by_role("article", name=name)


def line_price(page: Page, name: str) -> Locator:
    return line(page, name).locator("[id$='-price']")


def continue_link(page: Page) -> Locator:
    return page.get_by_role("link", name="Continue to checkout")


def money(text: str | None) -> Decimal:
    """The last amount in a text, as 1,234.50 € or €1,234.50."""
    found = re.findall(r"\d[\d,]*\.\d\d", text or "")
    assert found, text
    return Decimal(found[-1].replace(",", ""))


def change(page: Page, act: Callable[[], Any]) -> Decimal:
    """Do something that changes the total; returns the new one."""
    before = continue_link(page).inner_text()
    act()
    expect(continue_link(page)).not_to_have_text(before, timeout=WORKER)
    return money(continue_link(page).text_content())


# Mail


def wait_for_mail(page: Page, demo: Served, to: str, subject: re.Pattern[str]) -> Locator:
    """The row's link of a mail in the demo shop's mailbox."""
    found = page.get_by_role("table").get_by_role("link", name=subject)

    def there() -> bool:
        page.goto(f"/mailbox/?to={to}")
        return found.count() > 0

    demo.wait_until(there, WORKER / SECONDS)
    return found


# The order


def expect_status(page: Page, status: str, label: str) -> None:
    """On the customer's page of an order."""
    badge = page.locator("[data-status]")
    expect(badge).to_have_attribute("data-status", status)
    expect(badge).to_have_text(label)


def change_status(page: Page, transition: str, verb: str, details: dict[str, str]) -> None:
    """On the back office's page of an order: the Change menu, the transition's form, its button."""
    page.locator("summary").get_by_text("Change", exact=True).click()
    page.locator(f"[data-transition={transition}]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(verb)
    fill_in(page, details)
    page.get_by_role("button", name=verb, exact=True).click()
