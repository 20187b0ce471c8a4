"""From a row to a mail, in the row's language: from its frozen facts, the shop's row and the site's address alone."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import css_inline
from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from notifications import links, overrides, wording
from notifications.clean import cleaned, one_line
from notifications.details import line_rows, order_rows, totals
from notifications.facts import Attachment, Facts
from notifications.matrix import ACCOUNT_EVENT
from notifications.models import OutgoingEmail, Wording
from notifications.pictures import Album, Picture


class NotReady(Exception):
    """An attachment is still being made."""


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What of the shop's row stands in mails."""

    name: str
    legal_name: str
    address: tuple[str, ...]
    phone: str
    email: str
    vat_id: str
    logo: str
    timezone: str


@dataclass(frozen=True, slots=True)
class Rendered:
    subject: str
    text: str
    html: str
    pictures: tuple[Picture, ...] = ()
    attachments: tuple[tuple[str, bytes], ...] = ()


def letterhead() -> Letterhead:
    # By name: this room and `accounts` import nothing of each other.
    shop: Any = apps.get_model("accounts", "Shop").get()
    lines = tuple(filter(None, (one_line(line) for line in shop.address.splitlines())))
    return Letterhead(
        name=one_line(shop.name, 80),
        legal_name=one_line(shop.legal_name),
        address=lines[1:] if lines[:1] == (one_line(shop.legal_name),) else lines,
        phone=one_line(shop.phone),
        email=one_line(shop.email),
        vat_id=one_line(shop.vat_id),
        logo=shop.logo,
        timezone=shop.timezone,
    )


def render(
    row: OutgoingEmail, *, copy: bool = False, masked: bool = False, patient: bool = False, own: Wording | None = None
) -> Rendered:
    """Subject, text and HTML. `copy`: for the billing contact, whose link does less; `masked`: without keys in links;
    `own`: words that are being tried.

    An attachment that is not there yet is left out, and not spoken of; `patient` raises NotReady instead.
    """
    shop = letterhead()
    with translation.override(row.language):
        if row.event == ACCOUNT_EVENT:
            return _account(row, shop)
        facts: Facts = cleaned(row.facts)
        attached = _attached(facts, patient)
        facts["attachments"] = facts.get("attachments", []) if attached else []
        return _order(row, facts, shop, links.url(row, copy=copy, masked=masked), attached, own)


def subject(row: OutgoingEmail) -> str:
    """The subject alone: for lists, without the work of a whole mail."""
    with translation.override(row.language):
        facts: Facts = cleaned(row.facts)
        if row.event == ACCOUNT_EVENT:
            return one_line(facts.get("subject", ""), 180)
        shop = letterhead()
        return _words(row, wording.Told(facts, shop.name, _written(row, shop))).subject


def _words(row: OutgoingEmail, told: wording.Told, own: Wording | None = None) -> wording.Words:
    """What is tried, else the shop's own words, else the usual ones."""
    if own is not None:
        return overrides.filled(own, told)
    return overrides.own_words(row, told) or wording.words(row.event, row.audience, told)


def preview(row: OutgoingEmail, own: Wording | None = None) -> Rendered:
    """For staff: links that act for the customer are masked, and of a mail of the log-in the subject is all there is."""
    if row.event == ACCOUNT_EVENT:
        hidden = OutgoingEmail(event=row.event, language=row.language, message_id=row.message_id)
        hidden.facts = {"subject": row.facts.get("subject", ""), "body": _("The text of this e-mail is not shown.")}
        return standing_alone(render(hidden))
    return standing_alone(render(row, masked=True, own=own))


def standing_alone(mail: Rendered) -> Rendered:
    """With the pictures in the page itself, for showing it in a browser; links open beside it."""
    html = mail.html.replace("<head>", '<head><base target="_blank">', 1)
    for picture in mail.pictures:
        html = html.replace(f"cid:{picture.cid}", picture.data_url)
    return replace(mail, html=html)


def _order(
    row: OutgoingEmail,
    facts: Facts,
    shop: Letterhead,
    url: str,
    attached: tuple[tuple[str, bytes], ...],
    own: Wording | None,
) -> Rendered:
    told = wording.Told(facts, shop.name, _written(row, shop))
    words = _words(row, told, own)
    album = _album(row)
    context = {
        "words": words,
        "facts": facts,
        "to_shop": row.audience == "shop",
        "url": url,
        "rows": order_rows(row.event, facts),
        "lines": line_rows(facts, album),
        "totals": totals(facts),
        "reasons": facts.get("reasons", []) if row.event == "waiting_for_review" else [],
    }
    return replace(_made("order", words.subject, context, shop, album), attachments=attached)


def _account(row: OutgoingEmail, shop: Letterhead) -> Rendered:
    """A mail that another library has written, in our dress."""
    facts: Facts = cleaned(row.facts)
    subject, body = facts.get("subject", ""), facts.get("body", "")
    paragraphs = [part.strip() for part in body.split("\n\n") if part.strip()]
    if paragraphs and paragraphs[-1].split("\n")[0] == shop.name:
        paragraphs.pop()  # the signature: our footer says it too
    link = next((part for part in paragraphs if _is_link(part)), "")
    context = {
        "heading": subject.removesuffix(f" – {shop.name}"),
        "body": body,
        "paragraphs": [{"text": part, "is_button": part == link} for part in paragraphs],
        "url": link,
    }
    made = _made("account", one_line(subject, 180), context, shop, _album(row))
    return replace(made, html=facts["html"]) if facts.get("html") else made


def _made(family: str, subject: str, context: dict[str, Any], shop: Letterhead, album: Album) -> Rendered:
    full = {
        **context,
        "shop": shop,
        "logo": album.logo(shop.logo),
        "site_url": settings.SITE_URL,
        "language": translation.get_language(),
        "subject": subject,
    }
    text = _tidy(render_to_string(f"emails/{family}.txt", full))
    html = _inliner().inline(render_to_string(f"emails/{family}.html", full))
    return Rendered(subject, text, html, album.pictures)


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)


def _album(row: OutgoingEmail) -> Album:
    return Album(row.message_id.strip("<>"))


def _written(row: OutgoingEmail, shop: Letterhead) -> Any:
    moment: datetime = row.created_at or timezone.now()  # an unsaved row is a sample
    return timezone.localtime(moment, ZoneInfo(shop.timezone)).date()


def _attached(facts: Facts, patient: bool) -> tuple[tuple[str, bytes], ...]:
    try:
        return tuple((item["filename"], _content(item)) for item in facts.get("attachments", []))
    except FileNotFoundError as error:
        if patient:
            raise NotReady from error
        return ()


def _content(item: Attachment) -> bytes:
    with default_storage.open(item["storage"]) as file:
        return bytes(file.read())


def _is_link(text: str) -> bool:
    parts = urlsplit(text) if not any(sign.isspace() for sign in text) else None
    return bool(parts and parts.scheme in {"http", "https"} and parts.netloc)


def _tidy(text: str) -> str:
    """At most one empty line in a row: what a template leaves out leaves no hole."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        if line.strip() or (lines and lines[-1]):
            lines.append(line if line == "-- " else line.rstrip())  # the mark before a signature
    return "\n".join(lines) + "\n"
