"""PDFs of papers, by WeasyPrint. Only workers import this module.

Fetches nothing: fonts and styles come from our own bundle, pictures go in as data. What customers wrote is text.
"""

import atexit
import base64
import io
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import segno
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import Shop
from orders.documents import einvoice
from orders.models import Document

BUNDLE = Path(settings.BASE_DIR) / "static" / "dist"
PNG = b"\x89PNG\r\n\x1a\n"
MAX_PICTURE = 400_000
MISSING = "WeasyPrint needs Pango. On Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


class FetchRefusedError(Exception):
    """A paper asked for something that is not ours to give."""


def render(document: Document) -> bytes:
    """The PDF of an issued paper; an invoice carries its machine-readable twin where it can."""
    from weasyprint import HTML

    facts = document.facts or {}
    with translation.override(facts["language"]):
        html = render_to_string(f"documents/{document.kind}.html", context(facts))
    sheet, fonts, fetcher = _styles()
    page = HTML(string=html, base_url=BUNDLE.as_uri() + "/", url_fetcher=fetcher)
    variant = "pdf/a-3b" if einvoice.has_one(facts) else None
    pdf = page.write_pdf(stylesheets=[sheet], font_config=fonts, pdf_variant=variant) or b""
    return einvoice.attached(pdf, facts) if variant else pdf


def context(facts: dict[str, Any]) -> dict[str, Any]:
    lines = [{**line, "picture": picture(line["thumbnail"])} for line in facts["lines"]]
    return {
        "f": facts,
        "lines": lines,
        "logo": logo(facts["shop"]["logo"]),
        "qr": qr(facts["link"]) if facts.get("link") else "",
    }


@cache
def _styles() -> tuple[Any, Any, Any]:
    """Parsed once per process: the second page takes a third of the first one's time."""
    try:
        from weasyprint import CSS
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher
    except OSError as error:
        raise RuntimeError(MISSING) from error

    class Fetcher(URLFetcher):
        """Files of our bundle and data, nothing else: no network, no other files, whatever stands in a name or note."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            parts = urlsplit(url)
            inside = parts.scheme == "file" and Path(unquote(parts.path)).resolve().is_relative_to(BUNDLE.resolve())
            if not (inside or parts.scheme == "data"):
                raise FetchRefusedError(parts.scheme)
            return super().fetch(url, headers)

    fonts, fetcher = FontConfiguration(), Fetcher()
    sheet = CSS(filename=str(BUNDLE / "documents.css"), font_config=fonts, url_fetcher=fetcher)
    return sheet, fonts, fetcher


atexit.register(_styles.cache_clear)  # Pango's objects want to go while it is still there


def picture(name: str) -> str:
    """A stored thumbnail as a data URL; nothing where it is gone or no PNG."""
    if not name:
        return ""
    try:
        with default_storage.open(name) as file:
            content = file.read(MAX_PICTURE + 1)
    except OSError:
        return ""
    if not content.startswith(PNG) or len(content) > MAX_PICTURE:
        return ""
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


@cache
def logo(path: str) -> str:
    """As data: an uploaded one by the name that its content gave it, else a static image."""
    if path.startswith(Shop.STORED):
        return _stored_logo(path.removeprefix(Shop.STORED))
    found = finders.find(path) if path else None
    if not found:
        return ""
    file = Path(str(found))
    kind = "svg+xml" if file.suffix == ".svg" else "png"
    return f"data:image/{kind};base64,{base64.b64encode(file.read_bytes()).decode()}"


def _stored_logo(name: str) -> str:
    try:
        with default_storage.open(name) as file:
            content = file.read()
    except FileNotFoundError:
        return ""
    return f"data:image/{name.rpartition('.')[2]};base64,{base64.b64encode(content).decode()}"


def qr(link: str) -> str:
    out = io.BytesIO()
    segno.make(link, error="m").save(out, kind="svg", border=0, xmldecl=False, svgns=True)
    return f"data:image/svg+xml;base64,{base64.b64encode(out.getvalue()).decode()}"
