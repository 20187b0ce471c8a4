"""The pages of those who join the staff: by an invitation's link, and on to a second factor."""

from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import staff
from accounts.context import shop_of
from accounts.models import Invitation, User
from accounts.second_factor import has_second_factor

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class JoinForm(forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput({"autocomplete": "name"}))
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("At least 8 characters, and not one that many people use."),
    )

    def __init__(self, invitation: Invitation, data: Any = None) -> None:
        super().__init__(data, initial={"name": invitation.name})
        self.invitation = invitation

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, User(email=self.invitation.email, name=self.cleaned_data.get("name", "")))
        return password


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    now = timezone.now()
    invitation = staff.invitation_of(token, now)
    if invitation is None:
        return render(request, "account/join.html", {"over": True}, status=404)
    form = JoinForm(invitation, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            user = staff.join(token, form.cleaned_data["name"], form.cleaned_data["password"], now=now)
        except staff.NotPossible:
            form.add_error(None, _("There is an account with this address meanwhile. Ask whoever invited you."))
        else:
            login(request, user, backend=BACKEND)
            return redirect("bo_orders")
    context = {"form": form, "invitation": invitation}
    return render(request, "account/join.html", context, status=422 if form.errors else 200)


@require_safe
@login_required
def second_factor(request: HttpRequest) -> HttpResponse:
    """Leads through the set-up: choose one, and go on."""
    assert isinstance(request.user, User)
    kinds = set(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    context = {
        "kinds": kinds,
        "ready": has_second_factor(request.user),
        "required": request.user.is_staff and shop_of(request).second_factor_required,
    }
    return render(request, "account/second_factor.html", context)
