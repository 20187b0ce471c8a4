"""The shop's side: everybody's own keys; a manager also sees those of others, and all webhooks."""

from django.http import HttpRequest, HttpResponse

from accounts.models import Role, User
from accounts.roles import has_role, staff_required
from accounts.views import form_page
from api import keys
from api.models import Endpoint
from api.pages import shared


def _frame(request: HttpRequest) -> shared.Frame:
    user = request.user
    assert isinstance(user, User)
    manages = has_role(user, Role.MANAGER)
    found = Endpoint.objects.order_by("company_id", "pk") if manages else Endpoint.objects.none()
    return shared.Frame("bo", user, None, keys.seen_by(user), found, webhooks=manages)


@form_page
@staff_required()
def bo_api(request: HttpRequest) -> HttpResponse:
    return shared.overview(request, _frame(request))


@form_page
@staff_required()
def bo_key(request: HttpRequest, pk: int) -> HttpResponse:
    return shared.key_page(request, _frame(request), pk)


@form_page
@staff_required(Role.MANAGER)
def bo_webhook(request: HttpRequest, pk: int) -> HttpResponse:
    return shared.webhook_page(request, _frame(request), pk)


@form_page
@staff_required(Role.MANAGER)
def bo_delivery(request: HttpRequest, pk: int) -> HttpResponse:
    return shared.delivery_page(request, _frame(request), pk)
