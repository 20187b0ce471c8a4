"""The parts of the quote page that are sent again when they changed.

The browser says which version of each region it shows (`shown`: short digests), and gets those that differ.
A field that somebody may be typing in is in no region: it is never replaced under their hands.
"""

from typing import Any
from zlib import crc32

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from orders.quote_page import LineView, QuoteView

PRICES = ("-price", "-breakdown", "-total", "-undo")  # regions from which folds on demand are made


def context(view: QuoteView) -> dict[str, Any]:
    """The rendered regions, for the whole page: each line with its own, and those of the quote."""
    return _context(view, _rendered(view))


def _context(view: QuoteView, made: dict[str, SafeString]) -> dict[str, Any]:
    lines = [(line, {name: made[_of_line(line, name)] for name in line.regions}) for line in view.lines]
    return {"lines": lines, "shown": _shown(made), **{name: made[f"quote-{name}"] for name in view.regions}}


def changes(
    request: HttpRequest,
    view: QuoteView,
    settled: str = "",
    *,
    chosen: int = 0,
    anew: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The regions that the browser does not show yet; all lines when there are others than it knows (or `anew`).

    `settled`: the place of the errors of what was changed, which are settled. `chosen`: a line whose quantity was chosen
    elsewhere than in its field, which then has to follow.
    """
    made = _rendered(view)
    known = dict(one.split(":", 1) for one in _told(request, "shown").split(",") if ":" in one)
    differing = {name: html for name, html in made.items() if known.get(name) != _digest(html)}
    anew = anew or {name for name in known if name.startswith("line-")} != {n for n in made if n.startswith("line-")}
    told = {
        "quote": view,
        "anew": anew,
        "changed": {name: html for name, html in differing.items() if not (anew and name.startswith("line-"))},
        "settled": settled,
        "chosen": chosen,
        "tells": settled or anew or len(get_messages(request)),
        **_context(view, made),
    }
    response = render(request, "portal/quote/changes.html", told, status=status)
    if any(name.endswith(PRICES) for name in differing):
        response["HX-Trigger-After-Swap"] = "quote-changed"  # open folds look at their line again (static/js/folds.js)
    return response


def errors(request: HttpRequest, place: str, found: dict[str, list[str]]) -> HttpResponse:
    """What is wrong with the fields of a form, beside them."""
    return render(request, "portal/quote/refused.html", {"place": place, "errors": found}, status=422)


def _rendered(view: QuoteView) -> dict[str, SafeString]:
    made = {}
    for line in view.lines:
        for name, template in line.regions.items():
            made[_of_line(line, name)] = render_to_string(template, {"line": line, "quote": view})
    for name, template in view.regions.items():
        made[f"quote-{name}"] = render_to_string(template, {"quote": view})
    return made


def _of_line(line: LineView, name: str) -> str:
    return f"line-{line.id}-{name}"


def _shown(made: dict[str, SafeString]) -> str:
    return ",".join(f"{name}:{_digest(html)}" for name, html in made.items())


def _digest(html: str) -> str:
    return f"{crc32(html.encode()):x}"


def _told(request: HttpRequest, name: str) -> str:
    return request.GET.get(name) or request.POST.get(name) or ""
