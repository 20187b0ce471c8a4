"""The shop's settings, and its own words for e-mails."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Activity, Role, Shop
from accounts.roles import staff_required
from backoffice import words
from backoffice.settings import SECTIONS
from backoffice.views.attention import sample_order, sample_row
from backoffice.views.catalogue import person, see
from backoffice.views.emails import MAIL_POLICY
from notifications import overrides
from notifications.matrix import EVENTS
from notifications.models import Wording
from notifications.rendering import preview
from orders.models import Order
from quoting import services

managers_only = staff_required(Role.MANAGER)
form_page = require_http_methods(["GET", "HEAD", "POST"])


@managers_only
@require_safe
def bo_settings_home(request: HttpRequest) -> HttpResponse:
    return redirect("bo_settings", "identity")


@managers_only
@form_page
def bo_settings(request: HttpRequest, section: str) -> HttpResponse:
    if section not in SECTIONS:
        raise Http404
    title, form_class = SECTIONS[section]
    if form_class is None:
        return _shown(request, section, None, 405 if request.method == "POST" else 200)
    with transaction.atomic():
        Shop.get()
        shop = Shop.objects.select_for_update().get(pk=1)
        given = (request.POST, request.FILES) if request.method == "POST" else ()
        form = form_class(*given, instance=shop, by=person(request))
        if form.is_valid():
            form.store_settings(section)
            messages.success(request, _("The settings are saved: %(section)s.") % {"section": title})
            return see("bo_settings", section)
    if form.status == 409:
        form.tell_what_stands()
    return _shown(request, section, form, form.status)


def _shown(request: HttpRequest, section: str, form: Any, status: int) -> HttpResponse:
    context: dict[str, Any] = {
        "section": section,
        "sections": SECTIONS.items(),
        "title": SECTIONS[section][0],
        "form": form,
    }
    if section in ("delivery", "tax"):
        context["catalogue"] = services.current_price_list().catalogue
    return render(request, "backoffice/settings/section.html", context, status=status)


# --- the words of e-mails


class WordingForm(forms.Form):
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=160)
    heading = forms.CharField(label=gettext_lazy("Heading"), max_length=120)
    text = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=2000,
        widget=forms.Textarea({"rows": 8}),
        help_text=gettext_lazy("An empty line begins a new paragraph. Lines, sums and addresses follow by themselves."),
    )
    button = forms.CharField(label=gettext_lazy("Button"), max_length=60)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("subject", "heading", "text", "button"):
            if wrong := overrides.unknown_in(data.get(name, "")):
                told = {"wrong": ", ".join(wrong), "known": ", ".join(f"{{{one}}}" for one in overrides.PLACEHOLDERS)}
                self.add_error(name, _("%(wrong)s is no placeholder. There are: %(known)s.") % told)
        if data.get("subject") and not overrides.names_its_order([data["subject"]]):
            self.add_error(
                "subject", _("Put {number} into the subject, so that mails about two orders can be told apart.")
            )
        return data

    def wording(self, event: str, audience: str) -> Wording:
        given = {name: self.cleaned_data[name] for name in ("subject", "heading", "text", "button")}
        return Wording(event=event, audience=audience, **given)


@managers_only
@require_safe
def bo_wordings(request: HttpRequest) -> HttpResponse:
    own = set(Wording.objects.values_list("event", "audience"))
    rows = [
        {"event": event.name, "audience": audience, "own": (event.name, audience) in own}
        for event in EVENTS.values()
        for audience in event.audiences
    ]
    context = {"rows": rows, "section": "emails", "sections": SECTIONS.items()}
    return render(request, "backoffice/settings/wordings.html", context)


@managers_only
@form_page
def bo_wording(request: HttpRequest, event: str, audience: str) -> HttpResponse:
    """A POST saves, or sends what was typed to oneself."""
    _known(event, audience)
    stands = Wording.objects.filter(event=event, audience=audience).first() or overrides.usual(event, audience)
    names = ("version", "subject", "heading", "text", "button")
    form = WordingForm(
        request.POST if request.method == "POST" else None, initial={n: getattr(stands, n) for n in names}
    )
    status = 200
    if form.is_valid():
        if request.POST.get("action") == "test":
            status = _send_test(request, form.wording(event, audience))
        elif _save(request, form, event, audience):
            messages.success(request, _("The wording is saved. It holds for e-mails written from now on."))
            return see("bo_wording", event, audience)
        else:
            status = 409
            form.add_error(None, _("Somebody else has saved this since you opened the page. Compare, then save again."))
            form.data = {**form.data.dict(), "version": str(stands.version)}  # type: ignore[attr-defined]
    elif form.errors:
        status = 422
    context = {
        "form": form,
        "event": event,
        "audience": audience,
        "stands": stands,
        "is_own": stands.pk is not None,
        "shows_other": status == 409,
        "placeholders": overrides.PLACEHOLDERS.items(),
        "order": sample_order(),
    }
    return render(request, "backoffice/settings/wording.html", context, status=status)


def _known(event: str, audience: str) -> None:
    if event not in EVENTS or audience not in EVENTS[event].audiences:
        raise Http404


@transaction.atomic
def _save(request: HttpRequest, form: WordingForm, event: str, audience: str) -> bool:
    seen = form.cleaned_data["version"]
    new = form.wording(event, audience)
    stands = Wording.objects.select_for_update().filter(event=event, audience=audience).first()
    if (stands.version if stands else 0) != seen:
        return False
    if stands:
        new.pk, new.version = stands.pk, stands.version + 1
    new.save()
    Activity.record(person(request), "wording_changed", f"mail:{event}/{audience}")
    return True


def _send_test(request: HttpRequest, wording: Wording) -> int:
    order = sample_order(request.POST.get("order", ""))
    if order is None:
        messages.error(request, _("There is no order yet that a test could be about."))
        return 422
    me = person(request)
    mail = preview(sample_row(order, wording.event, wording.audience), wording)
    letter = EmailMultiAlternatives(_("Test: %(subject)s") % {"subject": mail.subject}, mail.text, to=[me.email])
    letter.attach_alternative(mail.html, "text/html")
    letter.send()
    Activity.record(me, "test_mail_sent", f"mail:{wording.event}/{wording.audience}")
    messages.success(request, _("A test is on its way to %(email)s. Nothing is saved yet.") % {"email": me.email})
    return 200


@managers_only
@require_safe
def bo_wording_preview(request: HttpRequest, event: str, audience: str) -> HttpResponse:
    """What is typed, on a real order, for the frame beside the form."""
    _known(event, audience)
    order: Order | None = sample_order(request.GET.get("order", ""))
    if order is None:
        raise Http404
    form = WordingForm({"version": 0, **request.GET.dict()})
    own = form.wording(event, audience) if form.is_valid() else None
    if own is None and "subject" in request.GET:
        said = " ".join(str(error) for errors in form.errors.values() for error in errors)
        response = HttpResponse(said, content_type="text/plain; charset=utf-8", status=422)
    else:
        response = HttpResponse(preview(sample_row(order, event, audience), own).html)
    response["Content-Security-Policy"] = MAIL_POLICY
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Cache-Control"] = "private, no-store"
    return response


@managers_only
@require_POST
def bo_wording_reset(request: HttpRequest, event: str, audience: str) -> HttpResponse:
    _known(event, audience)
    gone, _by_model = Wording.objects.filter(event=event, audience=audience).delete()
    if gone:
        Activity.record(person(request), "wording_reset", f"mail:{event}/{audience}")
    messages.success(request, _("The usual wording holds again: %(event)s.") % {"event": words.event(event)})
    return see("bo_wording", event, audience)
