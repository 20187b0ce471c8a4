"""Passkeys with the browser's own virtual authenticator, and the wording of an e-mail seen while it is typed."""

from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.browser.steps import logins
from tests.served import Served

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def sign_in(page: Page, base: str, who: dict[str, str]) -> None:
    page.goto(f"{base}/account/login/")
    page.locator("[name=login]").fill(who["email"])
    page.locator("[name=password]").fill(who["password"])
    page.locator("main button[type=submit]").click()


def test_a_passkey_is_added_and_asked_for_at_the_next_log_in(page: Page, demo: Served) -> None:
    base = f"http://localhost:{urlsplit(demo.url).port}"  # a passkey belongs to a name, never to a bare IP address
    who = logins(demo, "accounting")
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    sign_in(page, base, who)
    page.goto(f"{base}/account/2fa/webauthn/add/")
    page.locator("[name=password]").fill(who["password"])  # it is asked for before anything is added
    page.locator("main button[type=submit]").click()
    page.locator("[name=name]").fill("My laptop")
    page.locator("main form[data-passkey] button").click()
    expect(page).to_have_url(f"{base}/account/2fa/recovery-codes/")

    page.context.clear_cookies()
    sign_in(page, base, who)
    expect(page).to_have_url(f"{base}/account/2fa/authenticate/")
    page.locator("form[data-passkey] button").click()
    expect(page).to_have_url(f"{base}/backoffice/orders/")


def test_the_preview_follows_what_is_typed(page: Page, demo: Served) -> None:
    sign_in(page, demo.url, logins(demo, "manager"))
    page.goto("/backoffice/settings/emails/placed/customer/")
    frame = page.frame_locator("#mail-preview")
    expect(frame.locator("body")).to_contain_text("Thank you for your order")
    page.locator("[name=heading]").fill("Dear {customer}, thanks a lot")
    expect(frame.locator("body")).to_contain_text("thanks a lot")
    expect(frame.locator("body")).not_to_contain_text("{customer}")
    page.locator("[name=text]").fill("A {wrong} word")
    expect(frame.locator("body")).to_contain_text("{wrong} is no placeholder")
