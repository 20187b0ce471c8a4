"""Every page of the demo shop, wide and narrow: nobody is shut out, nothing is too wide, nothing complains.

Which pages: scripts/shots_pages.py. Every address of the project that answers GET is there, or in tests/data/no_pages.csv.
"""

import csv
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.urls import Resolver404, get_resolver, resolve
from playwright.sync_api import Error, Page

from scripts.shots_pages import GUEST, PAGES, Shot, go
from tests.browser import steps
from tests.make_models import DATA
from tests.served import Served
from tests.test_access import rows

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
AXE = {"resultTypes": ["violations"], "iframes": False}
Found = list[str]


def test_every_page(new_context: steps.NewContext, demo: Served) -> None:
    opened: dict[str, Page] = {}
    watch = steps.Watch()
    found: Found = []
    seen: set[str] = set()
    for shot in PAGES:
        if shot.who not in opened:
            opened[shot.who] = watch.over(new_context(reduced_motion="reduce", viewport=WIDE)).new_page()
            if shot.who != GUEST:
                steps.log_in(opened[shot.who], demo, shot.who)
        page = opened[shot.who]
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        try:
            go(page, shot.where)
            page.wait_for_load_state("networkidle")
        except Error as error:
            found.append(f"{shot.name}: {error.message.splitlines()[0]}")
            continue
        seen.add(name_of(page))
        found += [f"{shot.name}: {problem}" for problem in [*look(page), *complaints(watch, shot)]]
    assert not found, "\n".join(found)
    pages = {row["name"] for row in rows() if row["method"] == "GET" and answers_get(row)}
    assert pages - set(no_pages()) == seen - {""}, "scripts/shots_pages.py, or tests/data/no_pages.csv"


def look(page: Page) -> Found:
    found = []
    if (headings := page.locator("h1:visible").count()) != 1:
        found.append(f"{headings} h1")
    if not page.title().split("·")[0].strip():
        found.append("no title")
    found += violations(page, "wide")
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if over > 0:
        found.append(f"{over} px wider than the window")
    return found + violations(page, "narrow")


def violations(page: Page, width: str) -> Found:
    result = Axe().run(page, options=AXE).response["violations"]
    return [f"{width} {one['id']}: {node['target']} {node['html'][:120]}" for one in result for node in one["nodes"][:3]]


def complaints(watch: steps.Watch, shot: Shot) -> Found:
    """Since the page before. That a page is not there is what not-found is about."""
    told = [one for one in watch.complaints if "no-such-page" not in one]
    watch.complaints.clear()
    return told


def name_of(page: Page) -> str:
    try:
        return resolve(urlsplit(page.url).path).url_name or ""
    except Resolver404:
        return ""


def answers_get(row: dict[str, str]) -> bool:
    """Not where the table says 405 to everybody who may come there."""
    answers = {one for who in ("anonymous", "own", "stranger", "staff") for one in row[who].split("|")}
    return "405" not in answers


def no_pages() -> dict[str, str]:
    """By name, why it is none."""
    with (DATA / "no_pages.csv").open() as file:
        return {row["name"]: row["why"] for row in csv.DictReader(file, delimiter=";")}


def test_no_exception_is_out_of_date() -> None:
    names = {str(entry) for entry in get_resolver().reverse_dict if isinstance(entry, str)}
    assert set(no_pages()) <= names
    assert all(no_pages().values())
