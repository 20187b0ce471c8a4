"""Personal data: handing out what is kept about somebody, and erasing it.

What the law wants kept stays as it was issued: documents and their bytes, the ledger, purchase orders, the offers that
were agreed and who agreed to them. The history keeps that something was done, when and by which key; its words go, with
their salt, and its chain still holds (workflow/history.py).
"""

import json
import tempfile
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import IO, Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Q
from django.forms.models import model_to_dict

from accounts.models import Activity, Company, User
from notifications.matrix import ACCOUNT_EVENT
from notifications.models import OutgoingEmail
from orders.models import HistoryEntry, Order, Status
from orders.models.order import UNPAID
from orders.models.status import OPEN
from orders.workflow.door import locked
from orders.workflow.searching import remember
from quoting import services
from quoting.models import Part
from quoting.storage import delete_after_commit

GONE = "–"
IN_MEMORY = 5_000_000
_SECRETS = (
    "password",
    "roles",
    "groups",
    "user_permissions",
    "is_superuser",
    "saved_filters",
    "list_columns",
    "staff_note",
)
Mail = OutgoingEmail.State


# --- handing out


def export(people: Sequence[User], company: Company | None) -> IO[bytes]:
    """A ZIP of all that is kept about these people: data.json, and the files beside it."""
    made = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 (the answer closes it)
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        orders = _orders_of(people, company)
        data = {
            "people": [{**model_to_dict(user, exclude=_SECRETS), "joined": user.date_joined} for user in people],
            "company": model_to_dict(company, exclude=["staff_note"]) if company else None,
            "addresses": [model_to_dict(row) for row in company.addresses.all()] if company else [],
            "orders": [_told(order, archive) for order in orders],
            "models": [_model(part, archive) for part in _parts_of(people, company)],
            "emails": list(_mails_to(people).values("event", "to", "cc", "created_at", "sent_at")),
        }
        text = json.dumps(data, cls=DjangoJSONEncoder, indent=2, ensure_ascii=False)
        archive.writestr("data.json", text)
    made.seek(0)
    return made


def _orders_of(people: Sequence[User], company: Company | None) -> Any:
    whose = Q(customer__in=people) | (Q(company=company) if company else Q())
    found = Order.objects.filter(whose).order_by("pk")
    return found.prefetch_related("lines", "history", "messages__attachments", "ledger", "documents", "acceptances")


def _parts_of(people: Sequence[User], company: Company | None) -> Any:
    whose = Q(uploaded_by__in=people) | (Q(company=company) if company else Q())
    return Part.objects.filter(whose).select_related("file").order_by("pk")


def _mails_to(people: Sequence[User]) -> Any:
    wanted = Q(pk=0)
    for user in people:
        wanted |= Q(to=[user.email])
    return OutgoingEmail.objects.filter(wanted).order_by("pk")


def _told(order: Order, archive: zipfile.ZipFile) -> dict[str, Any]:
    folder = f"orders/{order.number or order.public_id}"
    fields = (
        "number", "status", "contact", "shipping_address", "billing_address", "shipping_method", "customer_reference",
        "customer_note", "also_notify", "created_at", "submitted_at", "placed_at", "currency", "net", "tax", "total",
        "paid", "refunded", "promised_date", "carrier", "tracking",
    )  # fmt: skip
    return {
        **{name: getattr(order, name) for name in fields},
        "lines": [
            {
                "name": line.name,
                "selection": line.selection,
                "quantity": line.quantity,
                "note": line.note,
                "net": line.net,
            }
            for line in order.lines.all()
        ],
        "history": [
            {"at": one.at, "name": one.name, "by": one.actor_role, "note": one.note} for one in order.history.all()
        ],
        "messages": [
            {
                "at": one.at,
                "from_shop": one.from_shop,
                "text": one.body,
                "files": [
                    _file(archive, file.file.name or "", f"{folder}/messages/{file.pk} {file.name}")
                    for file in one.attachments.all()
                ],
            }
            for one in order.messages.all()
            if not one.internal
        ],
        "payments": [
            {"at": one.at, "kind": one.kind, "amount": one.amount, "method": one.method} for one in order.ledger.all()
        ],
        "agreements": [
            {"at": one.at, "name": one.name, "ip": one.ip, "user_agent": one.user_agent}
            for one in order.acceptances.all()
        ],
        "documents": [
            {
                "kind": one.kind,
                "number": one.number,
                "file": _file(archive, one.name, f"{folder}/{one.pk} {one.kind}.pdf"),
            }
            for one in order.documents.all()
            if one.name
        ],
    }


def _model(part: Part, archive: zipfile.ZipFile) -> dict[str, Any]:
    return {
        "name": part.name,
        "uploaded": part.created_at,
        "file": _file(archive, part.file.name, f"models/{part.pk} {part.name}"),
        "drawing": _file(archive, part.drawing, f"models/{part.pk} {part.drawing_name}"),
    }


def _file(archive: zipfile.ZipFile, name: str, shown: str) -> str | None:
    """Copied into the archive piece by piece; None where there is nothing."""
    if not name or not default_storage.exists(name):
        return None
    safe = "/".join(piece.strip(". ") or "file" for piece in shown.replace("\\", "_").split("/"))
    with default_storage.open(name) as source, archive.open(safe, "w") as target:
        for chunk in source.chunks():
            target.write(chunk)
    return safe


# --- erasing


def still_open(people: Sequence[User], company: Company | None = None) -> list[Order]:
    """What is not finished between the shop and them: as long as it is not, data are needed."""
    whose = Q(customer__in=people) | (Q(company=company) if company else Q())
    submitted = Order.objects.filter(whose).exclude(status=Status.DRAFT)
    return list(submitted.filter(Q(position__gte=OPEN) | UNPAID).order_by("number")[:20])


class StillOpen(Exception):
    pass


def erase_person(person: User, *, by: User, now: datetime) -> None:
    with transaction.atomic():
        if still_open([person]):
            raise StillOpen
        _erase(person, by, now)
        company = person.company
        if company and not company.is_business and not company.members.filter(erased_at=None).exists():
            _erase_company(company, by, now)
        _find_anew(Order.objects.filter(customer=person))


def erase_company(company: Company, *, by: User, now: datetime) -> None:
    """The company and all of its people."""
    with transaction.atomic():
        people = list(company.members.filter(erased_at=None).order_by("pk"))
        if still_open(people, company):
            raise StillOpen
        for person in people:
            _erase(person, by, now)
        _erase_orders(Order.objects.filter(company=company))
        _erase_company(company, by, now)
        _find_anew(Order.objects.filter(Q(company=company) | Q(customer__in=people)))


def _find_anew(orders: Any) -> None:
    """By what is left of them."""
    for order in orders.exclude(status=Status.DRAFT).select_related("customer", "company"):
        remember(order)


def _erase(person: User, by: User, now: datetime) -> None:
    if person.is_staff:
        raise ValueError("staff are deactivated, not erased: histories name them")
    email, name = person.email, person.name
    done = _erase_orders(Order.objects.filter(customer=person))
    for part in Part.objects.filter(uploaded_by=person, lines=None):
        services.forget_part(part)
    OutgoingEmail.objects.filter(to=[email], event=ACCOUNT_EVENT).delete()
    _blank_mails(OutgoingEmail.objects.filter(to=[email]))
    EmailAddress.objects.filter(user=person).delete()
    Authenticator.objects.filter(user=person).delete()
    person.api_keys.filter(revoked_at=None).update(revoked_at=now, revoked_by=by)
    if company := person.company:
        company.addresses.filter(name=name).update(name=GONE, phone="")
        if company.billing_contact_email.lower() == email.lower():
            company.billing_contact_email = company.billing_contact_name = ""
            company.save()
    person.email, person.name, person.phone = f"erased-{person.pk}@erased.invalid", GONE, ""
    person.staff_note, person.company_role, person.is_active, person.erased_at = "", "", False, now
    person.set_unusable_password()
    person.save()
    Activity.record(by, "person_erased", f"person:{person.pk}", orders=done)


def _erase_company(company: Company, by: User, now: datetime) -> None:
    company.addresses.all().delete()
    for part in Part.objects.filter(company=company, lines=None):
        services.forget_part(part)
    company.name, company.vat_id, company.staff_note, company.erased_at = GONE, "", "", now
    company.billing_contact_name = company.billing_contact_email = ""
    company.save()
    Activity.record(by, "company_erased", f"company:{company.pk}")


def _erase_orders(orders: Any) -> int:
    keys = list(orders.order_by("pk").values_list("pk", flat=True))
    for order_id in keys:
        order = locked(order_id)
        if order.is_draft:
            order.delete()
        else:
            _erase_words(order)
    return len(keys)


def _erase_words(order: Order) -> None:
    """Of a finished order: whatever names somebody or was written by them. What was issued is not touched."""
    order.contact = {"name": GONE, "email": "", "phone": ""}
    for field in ("shipping_address", "billing_address"):
        address = getattr(order, field)
        setattr(order, field, dict.fromkeys(address, "") | {"name": GONE, "country": address.get("country", "")})
    order.customer_note = order.staff_note = order.tracking = ""
    order.also_notify = []
    for message in order.messages.prefetch_related("attachments"):
        delete_after_commit([str(file.file.name) for file in message.attachments.all()])
        message.attachments.all().delete()
    order.messages.update(body=GONE)
    HistoryEntry.objects.filter(order=order).update(details=None, salt="")
    order.acceptances.update(ip=None, user_agent="")
    order.version += 1
    order.save()
    _blank_mails(OutgoingEmail.objects.filter(about=f"order:{order.pk}"))


def _blank_mails(mails: Any) -> None:
    """That a mail was sent stays, and about what; whom it went to and what it said does not."""
    for mail in mails.exclude(state__in=[Mail.WAITING, Mail.SENDING]):
        keep = ("number", "path", "from", "from_label", "to", "to_label")
        mail.facts = {name: mail.facts[name] for name in keep if name in mail.facts}
        mail.to, mail.cc, mail.delivered_to, mail.refused_recipients, mail.last_error = [], [], [], [], ""
        mail.save()
