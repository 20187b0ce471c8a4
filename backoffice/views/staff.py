"""Colleagues: the list, invitations, roles, leaving."""

from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import staff
from accounts.models import Activity, Invitation, Role, User
from accounts.roles import staff_required
from accounts.second_factor import FACTORS
from backoffice.activity import rows_of
from backoffice.views.catalogue import person, see

managers_only = staff_required(Role.MANAGER)
SAID = {
    "known_address": _("There is an account with this address already. Staff need an address that no customer uses."),
    "open_invitation": _("This address is invited already: send that invitation again, or withdraw it."),
    "last_manager": _("This is the last manager. Make somebody else a manager first."),
    "not_open": _("This is not open any more: somebody else was faster."),
    "changed": _("Somebody else has changed this since you opened the page. Look at it again, then save."),
}


class RolesField(forms.MultipleChoiceField):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            label=_("Roles"),
            choices=Role.choices,
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("Choose at least one role.")},
            help_text=_("A manager may do all that the others may, and see to prices, settings and staff."),
            **options,
        )


class InviteForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail address"))
    roles = RolesField()


class RolesForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    roles = RolesField()


@managers_only
@require_http_methods(["GET", "HEAD", "POST"])
def bo_staff(request: HttpRequest) -> HttpResponse:
    """All of the staff and who is invited; a POST invites."""
    form = InviteForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = staff.invite(
                form.cleaned_data["email"],
                form.cleaned_data["name"],
                form.cleaned_data["roles"],
                by=person(request),
                now=timezone.now(),
            )
        except staff.NotPossible as why:
            form.add_error("email", SAID[why.code])
        else:
            messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": made.email})
            return see("bo_staff")
    open_ones = Invitation.objects.filter(accepted_at=None, withdrawn_at=None)
    secured = Authenticator.objects.filter(type__in=FACTORS, user__in=staff.colleagues()).values_list("user", flat=True)
    context = {
        "people": staff.colleagues().order_by("-is_active", "name", "pk"),
        "secured": set(secured),
        "invitations": open_ones.select_related("invited_by").order_by("-pk"),
        "now": timezone.now(),
        "form": form,
    }
    return render(request, "backoffice/staff/list.html", context, status=422 if form.errors else 200)


@managers_only
@require_POST
def bo_invitation_again(request: HttpRequest, invitation: int) -> HttpResponse:
    return _on_invitation(
        request, staff.invite_again, invitation, _("A new link is on its way. The old one opens nothing any more.")
    )


@managers_only
@require_POST
def bo_invitation_withdraw(request: HttpRequest, invitation: int) -> HttpResponse:
    return _on_invitation(
        request, staff.withdraw, invitation, _("The invitation is withdrawn: its link opens nothing any more.")
    )


def _on_invitation(request: HttpRequest, do: Any, pk: int, done: Any) -> HttpResponse:
    get_object_or_404(Invitation, pk=pk)
    try:
        do(pk, by=person(request), now=timezone.now())
    except staff.NotPossible as why:
        messages.error(request, SAID[why.code])
    else:
        messages.success(request, done)
    return see("bo_staff")


@managers_only
@require_http_methods(["GET", "HEAD", "POST"])
def bo_colleague(request: HttpRequest, colleague: int) -> HttpResponse:
    """One of the staff; a POST sets their roles."""
    found = get_object_or_404(staff.colleagues(), pk=colleague)
    form = RolesForm(
        request.POST if request.method == "POST" else None, initial={"roles": found.roles, "version": found.version}
    )
    status = 200
    if form.is_valid():
        try:
            staff.set_roles(
                found.pk, form.cleaned_data["roles"], by=person(request), version=form.cleaned_data["version"]
            )
        except staff.NotPossible as why:
            typed = form.cleaned_data["roles"]
            form.add_error(None if why.code == "changed" else "roles", SAID[why.code])
            form.data = {"version": str(found.version), "roles": typed}
            status = 409 if why.code == "changed" else 422
        else:
            messages.success(request, _("The roles are saved."))
            return see("bo_colleague", found.pk)
    elif form.errors:
        status = 422
    return render(request, "backoffice/staff/colleague.html", {**_about(found), "form": form}, status=status)


def _about(found: User) -> dict[str, Any]:
    entries = Activity.objects.filter(actor=found).select_related("actor").order_by("-pk")[:10]
    kinds = Authenticator.objects.filter(user=found, type__in=FACTORS)
    return {"colleague": found, "rows": rows_of(list(entries)), "factors": [one.get_type_display() for one in kinds]}


@managers_only
@require_POST
def bo_colleague_deactivate(request: HttpRequest, colleague: int) -> HttpResponse:
    found = get_object_or_404(staff.colleagues(), pk=colleague)
    try:
        staff.deactivate(found.pk, by=person(request))
    except staff.NotPossible as why:
        messages.error(request, SAID[why.code])
    else:
        messages.success(request, _("%(name)s is signed out everywhere and cannot sign in any more.") % {"name": found})
    return see("bo_colleague", found.pk)


@managers_only
@require_POST
def bo_colleague_reactivate(request: HttpRequest, colleague: int) -> HttpResponse:
    found = get_object_or_404(staff.colleagues(), pk=colleague)
    staff.reactivate(found.pk, by=person(request))
    messages.success(
        request, _("%(name)s may come back, with a new password by “Forgot your password?”.") % {"name": found}
    )
    return see("bo_colleague", found.pk)
