"""A customer's keys, and the webhooks of their company."""

from django.http import HttpResponse

from accounts.views import CustomerRequest, customers_only, form_page
from api.models import ApiKey
from api.pages import shared
from api.webhooks import endpoints


def _frame(request: CustomerRequest) -> shared.Frame:
    user = request.user
    return shared.Frame(
        "account",
        user,
        request.company,
        ApiKey.objects.filter(user=user).select_related("user__company").order_by("-pk"),
        endpoints.of_company(request.company),
    )


@form_page
@customers_only
def account_api(request: CustomerRequest) -> HttpResponse:
    return shared.overview(request, _frame(request))


@form_page
@customers_only
def account_key(request: CustomerRequest, pk: int) -> HttpResponse:
    return shared.key_page(request, _frame(request), pk)


@form_page
@customers_only
def account_webhook(request: CustomerRequest, pk: int) -> HttpResponse:
    return shared.webhook_page(request, _frame(request), pk)


@form_page
@customers_only
def account_delivery(request: CustomerRequest, pk: int) -> HttpResponse:
    return shared.delivery_page(request, _frame(request), pk)
