"""Reads the hooks of a page: `data-…` attributes, ids, fields; tests look for these and not for sentences."""

import re
from html.parser import HTMLParser
from typing import Any

Page = Any  # an answer as Django's test client gives it


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def elements(response: Page) -> list[tuple[str, dict[str, str]]]:
    parser = _Elements()
    parser.feed(response.content.decode())
    return parser.found


def hooks(response: Page, name: str) -> list[str]:
    """The values of `data-name` in the order of the page."""
    return [attrs[f"data-{name}"] for _, attrs in elements(response) if f"data-{name}" in attrs]


def hook(response: Page, name: str) -> str:
    values = hooks(response, name)
    assert len(values) == 1, f"data-{name}: {values}"
    return values[0]


def ids(response: Page) -> set[str]:
    return {attrs["id"] for _, attrs in elements(response) if "id" in attrs}


def errors(response: Page) -> set[str]:
    """The ids of the fields beside which an error stands."""
    return {name.removesuffix("_error") for name in ids(response) if name.endswith("_error")}


def fields(response: Page, form: str) -> dict[str, str]:
    """What the form with this id or `data-form` would send as it stands, without buttons and files."""
    text = response.content.decode()
    start = re.search(rf'<form[^>]*(?:id|data-form)="{re.escape(form)}"', text)
    assert start, f"no form {form}"
    parser = _Elements()
    body = text[start.start() : text.index("</form>", start.start())]
    parser.feed(body)
    sent: dict[str, str] = {}
    for tag, attrs in parser.found:
        name, kind = attrs.get("name", ""), attrs.get("type", "text")
        if tag == "input" and name and kind not in ("submit", "file"):
            ticked = kind in ("checkbox", "radio")
            if not ticked or "checked" in attrs:
                sent[name] = attrs.get("value", "on" if ticked else "")
    for name, select in re.findall(r'<select[^>]*name="(\w+)"(.*?)</select>', body, re.S):
        options = re.findall(r'<option value="([^"]*)"( selected)?', select)
        sent[name] = next((value for value, selected in options if selected), options[0][0])
    for name, words in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\s*(.*?)</textarea>', body, re.S):
        sent[name] = words
    return sent


def send(client: Any, url: str, response: Page, form: str, **values: Any) -> Page:
    """Fill in a form of a page and send it; None leaves a field out."""
    data = {**fields(response, form), **values}
    return client.post(url, {name: value for name, value in data.items() if value is not None})
