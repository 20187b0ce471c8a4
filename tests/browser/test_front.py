from playwright.sync_api import Page, expect


def test_the_front_page_opens_without_a_complaint(page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    response = page.goto("/")
    assert response
    assert response.status == 200
    expect(page.locator("body")).not_to_be_empty()
    assert complaints == []
