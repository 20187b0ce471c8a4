"""`make shots`: pictures of all pages of a demo shop, wide and narrow, and two sheets with all of them, in shots/.

Which pages: shots_pages.py. `make shots ARGS="order login"` takes those whose name contains one of the words.
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser, Error, Page, sync_playwright

from scripts import programs
from scripts.shots_pages import GUEST, PAGES, Shot, go
from tests.served import Served

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "shots"
WIDTHS = {"wide": 1440, "narrow": 390}
# On a sheet: width of a picture, the height at which it is cut, pictures per row.
SHEETS = {"wide": (480, 700, 4), "narrow": (260, 700, 7)}
GAP, LABEL = 16, 24


def main() -> None:
    words = sys.argv[1:]
    pages = [shot for shot in PAGES if not words or any(word in shot.name for word in words)]
    chromium = programs.chromium() or sys.exit("shots: no Chromium here; install it, or set CHROMIUM to where it is")
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    with (
        tempfile.TemporaryDirectory(prefix="partwright-shots-") as data,
        Served(Path(data), demo=True) as served,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=programs.chromium_options())
        problems = [problem for width in WIDTHS for problem in take(browser, served, pages, width)]
        browser.close()
    for width in WIDTHS:
        sheet(width, pages)
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER}")
    if problems:
        sys.exit("\n".join(["shots: some pages are not as they should be:", *problems]))


def take(browser: Browser, served: Served, pages: Iterable[Shot], width: str) -> list[str]:
    """Pictures of all pages at one width, each person in a browser context of their own. Returns the problems."""
    problems = []
    opened: dict[str, Page] = {}
    for shot in pages:
        if shot.who not in opened:
            context = browser.new_context(
                base_url=served.url, viewport={"width": WIDTHS[width], "height": 900}, reduced_motion="reduce"
            )
            opened[shot.who] = context.new_page()
            log_in(opened[shot.who], served, shot.who)
        page = opened[shot.who]
        try:
            open_page(page, shot)
        except Error as error:
            problems.append(f"  {width} {shot.name}: {error.message.splitlines()[0]}")
            continue
        page.screenshot(path=FOLDER / f"{shot.name}-{width}.png", full_page=True, animations="disabled")
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if overflow > 0:
            problems.append(f"  {width} {shot.name}: {overflow} px wider than the window")
    return problems


def open_page(page: Page, shot: Shot) -> None:
    go(page, shot.where)
    page.wait_for_load_state("networkidle")


def log_in(page: Page, served: Served, who: str) -> None:
    if who == GUEST:
        return
    logins = json.loads((served.folder / "demo-logins.json").read_text())
    login = next(entry for entry in logins if entry["who"] == who)
    page.goto("/account/login/")
    page.locator('input[name="login"]').fill(login["email"])
    page.locator('input[name="password"]').fill(login["password"])
    page.locator('input[name="password"]').press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)


def sheet(width: str, pages: Iterable[Shot]) -> None:
    picture_width, cut, columns = SHEETS[width]
    files = [file for shot in pages if (file := FOLDER / f"{shot.name}-{width}.png").exists()]
    thumbnails = [(file.stem.removesuffix(f"-{width}"), thumbnail(file, picture_width, cut)) for file in files]
    rows = [thumbnails[start : start + columns] for start in range(0, len(thumbnails), columns)]
    heights = [max(picture.height for _, picture in row) + LABEL + GAP for row in rows]
    whole = Image.new("RGB", (columns * (picture_width + GAP) + GAP, sum(heights) + GAP), "#8a8f98")
    draw, font = ImageDraw.Draw(whole), ImageFont.load_default(15)
    top = GAP
    for row, height in zip(rows, heights, strict=True):
        for column, (name, picture) in enumerate(row):
            left = GAP + column * (picture_width + GAP)
            draw.text((left, top), name, "white", font)
            whole.paste(picture, (left, top + LABEL))
        top += height
    whole.save(FOLDER / f"{width}.png")


def thumbnail(file: Path, width: int, cut: int) -> Image.Image:
    with Image.open(file) as picture:
        scaled = picture.convert("RGB").resize((width, round(picture.height * width / picture.width)))
    return scaled.crop((0, 0, width, min(scaled.height, cut)))


if __name__ == "__main__":
    main()
