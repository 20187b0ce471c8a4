"""Two rows for one customer, or two log-ins of one person, become one. Nothing is deleted: the other row stays, and says where it went."""

from typing import Any

from django.db import models, transaction

from accounts.models import Activity, Company, User

# Taken over where the one that stays has nothing.
FILLED = ("vat_id", "billing_contact_name", "billing_contact_email", "net_days", "prepayment_percent")


def owned_by(company: Company) -> list[tuple[Any, str, int]]:
    """Model, field and number of all that points to the company, whatever room it is in."""
    found = []
    for relation in Company._meta.get_fields(include_hidden=True):
        if not isinstance(relation, (models.ManyToOneRel, models.OneToOneRel)) or relation.related_model is Company:
            continue
        model, field = relation.related_model, relation.field.name
        many = model._default_manager.filter(**{field: company}).count()
        found.append((model, field, many))
    return found


@transaction.atomic
def merge_companies(gone: Company, stays: Company, *, by: User) -> dict[str, int]:
    """All that belonged to `gone` belongs to `stays`. The caller holds the locks of both."""
    if gone.pk == stays.pk or gone.merged_into_id or stays.merged_into_id or gone.erased_at or stays.erased_at:
        raise ValueError("these cannot be merged")
    has = {use: stays.addresses.filter(**{use: True}).exists() for use in ("is_shipping", "is_billing")}
    gone.addresses.update(**{use: False for use, kept in has.items() if kept})
    moved: dict[str, int] = {}
    for model, field, _many in owned_by(gone):
        many = model._default_manager.filter(**{field: gone}).update(**{field: stays})
        moved[str(model._meta.verbose_name_plural)] = moved.get(str(model._meta.verbose_name_plural), 0) + many
    for name in FILLED:
        if getattr(stays, name) in ("", None):
            setattr(stays, name, getattr(gone, name))
    stays.is_business = stays.is_business or gone.is_business
    stays.staff_note = "\n\n".join(filter(None, (stays.staff_note, gone.staff_note)))
    stays.save()
    gone.merged_into = stays
    gone.save()
    Company.objects.filter(merged_into=gone).update(merged_into=stays)
    Activity.record(by, "companies_merged", f"company:{stays.pk}", gone=gone.pk, moved=moved)
    return moved


@transaction.atomic
def close_merged_person(gone: User, stays: User, *, by: User, orders: int) -> None:
    """The other log-in ends. What it did in histories stays its own: those are sealed."""
    gone.merged_into, gone.is_active = stays, False
    gone.set_unusable_password()
    gone.save()
    stays.save()
    Activity.record(by, "people_merged", f"person:{stays.pk}", gone=gone.pk, orders=orders)
