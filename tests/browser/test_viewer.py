"""The part in three dimensions: loaded only when asked for, drawn, turned, cut, and told in words."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.steps import WORKER, Watch, choose

MODEL = Path(__file__).parents[1] / "data" / "l_bracket.stl"


def picture(page: Page) -> bytes:
    """What is drawn now, once it is drawn."""
    page.wait_for_timeout(150)  # two frames and more: drawing is asked for, not waited for
    return page.locator(".viewer-stage").screenshot()


def view(page: Page) -> list[str]:
    """Where the labels stand, which tells from where one looks."""
    page.wait_for_timeout(150)
    places: list[str] = page.locator(".viewer-label").evaluate_all(
        "labels => labels.map(label => label.style.transform)"
    )
    return places


def test_a_part_in_three_dimensions(page: Page) -> None:
    watch, asked = Watch(), []
    watch.over(page.context)
    page.on("request", lambda request: asked.append(request.url))
    choose(page, MODEL)
    page.wait_for_selector("[data-viewer]", timeout=WORKER)
    assert not [url for url in asked if "/chunks/show" in url or "model.glb" in url]
    page.locator("[data-viewer]").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".viewer-tools")).to_be_visible(timeout=WORKER)
    expect(dialog.locator(".viewer-label")).to_have_text(["60 mm", "40 mm", "50 mm"])
    expect(dialog.locator("[data-grid]")).to_have_text("10 mm")
    start = view(page)
    canvas = dialog.locator("canvas")
    expect(canvas).to_be_focused()
    page.keyboard.press("ArrowRight")
    turned = view(page)
    assert turned != start
    page.keyboard.press("+")
    assert view(page) != turned
    page.keyboard.press("Home")
    assert view(page) == start
    page.keyboard.press("Tab")  # off the canvas: no ring around it
    whole = picture(page)
    depth = dialog.locator("[name=viewer-depth]")
    depth.fill("50")
    assert picture(page) != whole
    dialog.get_by_role("button", name="Top").click()
    assert view(page) != start
    dialog.get_by_role("button", name="Reset").click()
    assert view(page) == start
    expect(depth).to_have_value("100")
    box = canvas.bounding_box()
    assert box
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 320, box["y"] + 230, steps=4)
    page.mouse.up()
    assert view(page) != start
    page.set_viewport_size({"width": 390, "height": 844})
    expect(dialog.get_by_role("button", name="Reset")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert watch.complaints == []


def test_the_same_in_words(page: Page) -> None:
    """Where the link is opened without a script: picture and figures."""
    choose(page, MODEL)
    page.wait_for_selector("[data-viewer]", timeout=WORKER)
    page.goto(page.locator("[data-viewer]").get_attribute("href") or "")
    expect(page.locator("[data-figures]")).to_contain_text("60.0 × 40.0 × 50.0 mm")
    expect(page.get_by_role("img", name="Picture of l_bracket.stl")).to_be_visible()
