"""Colleagues: inviting them, what they may do, and when they leave. There is always a manager left who can do this."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import Activity, Invitation, Role, Shop, User

VALID_FOR = timedelta(days=7)
_signer = Signer(salt="partwright.invitation")


class NotPossible(Exception):
    """`code`: known_address, open_invitation, last_manager, not_open, changed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def colleagues() -> Any:
    return User.objects.exclude(roles=[])


# --- invitations


@transaction.atomic
def invite(email: str, name: str, roles: Sequence[str], *, by: User, now: datetime) -> Invitation:
    email = email.strip().lower()
    if User.objects.filter(email=email).exists() or EmailAddress.objects.filter(email__iexact=email).exists():
        raise NotPossible("known_address")
    if Invitation.objects.filter(email=email, accepted_at=None, withdrawn_at=None).exists():
        raise NotPossible("open_invitation")
    made = Invitation.objects.create(
        email=email, name=name, roles=list(roles), invited_by=by, created_at=now, expires_at=now + VALID_FOR
    )
    _mail(made)
    Activity.record(by, "staff_invited", f"invitation:{made.pk}", roles=list(roles))
    return made


@transaction.atomic
def invite_again(pk: int, *, by: User, now: datetime) -> Invitation:
    """A new link, good for as long again; the earlier one opens nothing any more."""
    found = _open(pk)
    found.sent += 1
    found.expires_at = now + VALID_FOR
    found.save()
    _mail(found)
    Activity.record(by, "invitation_sent_again", f"invitation:{found.pk}")
    return found


@transaction.atomic
def withdraw(pk: int, *, by: User, now: datetime) -> Invitation:
    found = _open(pk)
    found.withdrawn_at = now
    found.save()
    Activity.record(by, "invitation_withdrawn", f"invitation:{found.pk}")
    return found


def invitation_of(token: str, now: datetime) -> Invitation | None:
    """The invitation that a link opens: the newest link of one that is open and not expired."""
    try:
        pk, sent = (int(word) for word in _signer.unsign(token).split("."))
    except (BadSignature, ValueError):
        return None
    found = Invitation.objects.filter(pk=pk, sent=sent, accepted_at=None, withdrawn_at=None, expires_at__gt=now)
    return found.select_related("invited_by").first()


@transaction.atomic
def join(token: str, name: str, password: str, *, now: datetime) -> User:
    """The link proves that the address is theirs."""
    found = invitation_of(token, now)
    if found is None:
        raise NotPossible("not_open")
    found = _open(found.pk)
    if User.objects.filter(email=found.email).exists():
        raise NotPossible("known_address")
    user = User.objects.create_user(found.email, password, name=name, roles=found.roles)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    found.accepted_at = now
    found.save()
    Activity.record(user, "invitation_accepted", f"person:{user.pk}", roles=found.roles)
    return user


def token_of(invitation: Invitation) -> str:
    return _signer.sign(f"{invitation.pk}.{invitation.sent}")


def _open(pk: int) -> Invitation:
    found = Invitation.objects.select_for_update().filter(pk=pk, accepted_at=None, withdrawn_at=None).first()
    if found is None:
        raise NotPossible("not_open")
    return found


def _mail(invitation: Invitation) -> None:
    """Through the outbox, like all mail: its body, with the link, is erased once it is sent."""
    shop = Shop.get()
    told = {
        "shop": shop,
        "invitation": invitation,
        "url": settings.SITE_URL + reverse("join", args=[token_of(invitation)]),
    }
    subject = " ".join(render_to_string("account/email/invitation_subject.txt", told).split())
    text = render_to_string("account/email/invitation_message.txt", told)
    EmailMessage(f"{subject} – {shop.name}", text, to=[invitation.email]).send()


# --- roles, leaving, coming back


@transaction.atomic
def set_roles(pk: int, roles: Sequence[str], *, by: User, version: int) -> User:
    person = _locked(pk, version)
    if person.roles != list(roles):
        before, person.roles = person.roles, [role for role in Role.values if role in roles]
        _keep_a_manager(person)
        person.save()
        Activity.record(by, "roles_changed", f"person:{pk}", before=before, after=person.roles)
    return person


@transaction.atomic
def deactivate(pk: int, *, by: User) -> User:
    """Their sessions end at once and their keys open nothing; all they did stays under their name."""
    person = _locked(pk)
    if person.is_active:
        person.is_active = False
        _keep_a_manager(person)
        # Sessions are bound to the password's hash: without it none of them comes back to life, even when they return.
        person.set_unusable_password()
        person.save()
        Activity.record(by, "staff_deactivated", f"person:{pk}")
    return person


@transaction.atomic
def reactivate(pk: int, *, by: User) -> User:
    """They set a new password by the link for forgotten ones."""
    person = _locked(pk)
    if not person.is_active and person.erased_at is None:
        person.is_active = True
        person.save()
        Activity.record(by, "staff_reactivated", f"person:{pk}")
    return person


def _locked(pk: int, version: int | None = None) -> User:
    """All of the staff under lock, in one order: two managers who remove each other must not both succeed."""
    everybody = {person.pk: person for person in colleagues().select_for_update().order_by("pk")}
    if pk not in everybody:
        raise NotPossible("not_open")
    if version is not None and everybody[pk].version != version:
        raise NotPossible("changed")
    return everybody[pk]


def _keep_a_manager(changed: User) -> None:
    others = colleagues().filter(is_active=True).exclude(pk=changed.pk)
    left = [*others, *([changed] if changed.is_active else [])]
    if not any(Role.MANAGER in person.roles for person in left):
        raise NotPossible("last_manager")
