"""A new customer: the company that pays, and its first address."""

from typing import Any

from allauth.account import app_settings
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.db import transaction
from django.urls import reverse

from accounts.models import Address, Company, User

# What the shop may grant, beside what the company says of itself.
TERMS = ("billing_contact_name", "billing_contact_email", "price_level_percent", "net_days", "prepayment_percent")


@transaction.atomic
def register(user: User, details: dict[str, Any]) -> None:
    """`details`: the cleaned fields of the sign-up form. Everybody gets a company; a private person's bears their name."""
    business = details["is_business"]
    company = Company.objects.create(
        name=details["company_name"] if business else user.name,
        is_business=business,
        vat_id=details["vat_id"] if business else "",
        billing_contact_name=details["billing_contact_name"],
        billing_contact_email=details["billing_contact_email"],
    )
    user.company = company
    user.save(update_fields=["company"])
    Address.objects.create(
        company=company,
        name=user.name,
        company_name=company.name if business else "",
        is_billing=True,
        is_shipping=True,
        **{field: details[field] for field in ("street", "extra", "postcode", "city", "region", "country", "phone")},
    )


@transaction.atomic
def open_account(details: dict[str, Any]) -> User:
    """A customer whom the shop enters: an account without a password, which the first link in a mail lets them set.

    `details`: the cleaned fields of the shop's form. An address may be missing: the customer gives it when confirming.
    """
    user = User.objects.create_user(details["email"], None, name=details["name"], phone=details["phone"])
    EmailAddress.objects.create(user=user, email=user.email, verified=False, primary=True)
    business = details["is_business"]
    user.company = Company.objects.create(
        name=details["company_name"] if business else user.name,
        is_business=business,
        vat_id=details["vat_id"] if business else "",
        **{field: details[field] for field in TERMS if details.get(field) is not None},
    )
    user.save(update_fields=["company"])
    if details["street"]:
        fields = ("street", "postcode", "city", "country", "phone")
        given = {field: details[field] for field in fields}
        company_name = user.company.name if business else ""
        save_address(Address(company=user.company, name=user.name, company_name=company_name, **given))
    return user


@transaction.atomic
def save_address(address: Address) -> None:
    """One default for shipping and one for billing: the newest that says so. The first address is both."""
    others = Address.objects.select_for_update().filter(company=address.company).exclude(pk=address.pk)
    for use in ("is_shipping", "is_billing"):
        if getattr(address, use):
            others.filter(**{use: True}).update(**{use: False})
        elif not others.filter(**{use: True}).exists():
            setattr(address, use, True)
    address.save()


@transaction.atomic
def delete_address(address: Address) -> None:
    """What it was the default for passes to the oldest that is left. Orders keep their own copy."""
    uses = [use for use in ("is_shipping", "is_billing") if getattr(address, use)]
    heir = Address.objects.filter(company=address.company).exclude(pk=address.pk).order_by("pk").first()
    address.delete()
    if heir and uses:
        for use in uses:
            setattr(heir, use, True)
        heir.save(update_fields=uses)


def password_url(user: User) -> str:
    """Where somebody who has shown that the address is theirs sets a first password; good once, as after a reset."""
    EmailAddress.objects.filter(user=user, email=user.email).update(verified=True)
    key = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    return reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), key])
