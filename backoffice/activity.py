"""The log of what staff did to the shop itself: what is asked of it, and its words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Activity, Company, Role, Shop, User

# Code → group and sentence. What stands in %()s comes from the entry's details.
WORDS: dict[str, tuple[str, Any]] = {
    "draft_started": ("prices", gettext_lazy("Started a draft of the price list")),
    "price_list_published": ("prices", gettext_lazy("Published a price list")),
    "draft_discarded": ("prices", gettext_lazy("Threw the draft of the price list away")),
    "settings_changed": ("settings", gettext_lazy("Changed settings")),
    "wording_changed": ("settings", gettext_lazy("Changed the wording of an e-mail")),
    "wording_reset": ("settings", gettext_lazy("Went back to the usual wording of an e-mail")),
    "test_mail_sent": ("settings", gettext_lazy("Sent a test e-mail to themselves")),
    "company_edited": ("customers", gettext_lazy("Edited a customer")),
    "company_address_saved": ("customers", gettext_lazy("Saved a customer's address")),
    "company_address_deleted": ("customers", gettext_lazy("Deleted a customer's address")),
    "person_edited": ("customers", gettext_lazy("Edited a person")),
    "companies_merged": ("customers", gettext_lazy("Merged two customers")),
    "people_merged": ("customers", gettext_lazy("Merged two people")),
    "data_exported": ("customers", gettext_lazy("Exported personal data")),
    "person_erased": ("customers", gettext_lazy("Erased a person's data")),
    "company_erased": ("customers", gettext_lazy("Erased a customer's data")),
    "staff_invited": ("staff", gettext_lazy("Invited somebody to the staff")),
    "invitation_sent_again": ("staff", gettext_lazy("Sent an invitation again")),
    "invitation_withdrawn": ("staff", gettext_lazy("Withdrew an invitation")),
    "invitation_accepted": ("staff", gettext_lazy("Joined the staff")),
    "roles_changed": ("staff", gettext_lazy("Changed somebody's roles")),
    "staff_deactivated": ("staff", gettext_lazy("Deactivated a colleague")),
    "staff_reactivated": ("staff", gettext_lazy("Let a colleague back in")),
}
GROUPS = {
    "customers": gettext_lazy("Customers"),
    "settings": gettext_lazy("Settings"),
    "prices": gettext_lazy("Prices"),
    "staff": gettext_lazy("Staff"),
}


@dataclass(frozen=True, slots=True)
class LogWish:
    who: int = 0
    what: str = ""
    since: date | None = None
    until: date | None = None
    about: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "LogWish":
        who, what = given.get("who", ""), given.get("what", "")
        return cls(
            who=int(who) if who.isascii() and who.isdigit() and len(who) < 10 else 0,
            what=what if what in GROUPS else "",
            since=_day(given.get("since", "")),
            until=_day(given.get("until", "")),
            about=given.get("about", "").replace("\x00", "")[:60],
        )

    @property
    def asks(self) -> bool:
        return bool(self.who or self.what or self.since or self.until or self.about)

    def entries(self, zone: str) -> "QuerySet[Activity]":
        found = Activity.objects.select_related("actor")
        if self.who:
            found = found.filter(actor=self.who)
        if self.what:
            found = found.filter(code__in=[code for code, (group, _words) in WORDS.items() if group == self.what])
        if self.since:
            found = found.filter(at__gte=_midnight(self.since, zone))
        if self.until:
            found = found.filter(at__lt=_midnight(self.until + timedelta(days=1), zone))
        return found.filter(about=self.about) if self.about else found


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1970 <= found.year <= 9000 else None


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))


@dataclass(frozen=True, slots=True)
class LogRow:
    entry: Activity
    said: str
    more: list[str]
    about: str
    url: str


def rows_of(entries: Sequence[Activity]) -> list[LogRow]:
    """With the names of what they are about: one query per kind, however many rows."""
    wanted = [entry.about.partition(":") for entry in entries]
    people = _named(User, [key for kind, _sep, key in wanted if kind == "person"])
    companies = _named(Company, [key for kind, _sep, key in wanted if kind == "company"])
    rows = []
    for entry, (kind, _sep, key) in zip(entries, wanted, strict=True):
        name, url = _about(kind, key, people, companies)
        said = WORDS.get(entry.code, ("", entry.code.replace("_", " ")))[1]
        rows.append(LogRow(entry, str(said), details_of(entry), name, url))
    return rows


def _named(model: Any, keys: Sequence[str]) -> dict[str, Any]:
    return {str(pk): row for pk, row in model.objects.in_bulk([int(key) for key in keys if key.isdigit()]).items()}


def _about(kind: str, key: str, people: Mapping[str, User], companies: Mapping[str, Company]) -> tuple[str, str]:
    if kind == "person" and (person := people.get(key)):
        page = "bo_colleague" if person.is_staff else "bo_person"
        return str(person), reverse(page, args=[key])
    if kind == "company" and (company := companies.get(key)):
        return str(company), reverse("bo_company", args=[key])
    if kind == "price_list":
        return _("Price list %(number)s") % {"number": key}, reverse("bo_price_list", args=[key])
    if kind == "settings":
        return capfirst(key.replace("_", " ")), reverse("bo_settings", args=[key])
    if kind == "mail":
        event, _sep, audience = key.partition("/")
        return capfirst(event.replace("_", " ")), reverse("bo_wording", args=[event, audience])
    return "", ""


def details_of(entry: Activity) -> list[str]:
    """What else is known of a deed, a line each. Of people only which fields were changed is kept, not what they said."""
    found: list[str] = []
    details = entry.details or {}
    for name, pair in details.get("changes", {}).items():
        found.append(f"{_label(name)}: {_shown(pair[0])} → {_shown(pair[1])}")
    if names := details.get("fields"):
        found.append(", ".join(_label(name) for name in names))
    if "before" in details and "after" in details:
        found.append(f"{_roles(details['before'])} → {_roles(details['after'])}")
    elif roles := details.get("roles"):
        found.append(_roles(roles))
    if note := details.get("note"):
        found.append(str(note))
    if moved := details.get("moved"):
        found.append(", ".join(f"{capfirst(name)}: {many}" for name, many in moved.items() if many))
    if "orders" in details:
        found.append(_("%(many)s orders") % {"many": details["orders"]})
    return found


def _label(name: str) -> str:
    for model in (Shop, Company, User):
        for field in model._meta.get_fields():
            if field.name == name:
                return capfirst(str(getattr(field, "verbose_name", name)))
    return capfirst(name.replace("_", " "))


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "–" if value in (None, "", []) else str(value)


def _roles(roles: Sequence[str]) -> str:
    return ", ".join(str(Role(role).label) for role in roles if role in Role.values) or "–"
