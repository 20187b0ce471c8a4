from django.urls import URLPattern, path

from api.calls import recorded
from api.main import ROOT, api, not_found
from api.pages import backoffice, customer, reference


def operations() -> list[URLPattern]:
    """Those of ninja by their own names, without a namespace and without its root."""
    found = [one for one in api.urls[0] if isinstance(one, URLPattern) and one.name != "api-root"]
    return [path(f"{ROOT[1:]}{one.pattern}", recorded(one.callback), name=one.name) for one in found]


urlpatterns = [
    path("api/", reference.api_reference, name="api_reference"),
    path("api/openapi.json", reference.api_openapi, name="api_openapi"),
    *operations(),
    path("api/<path:rest>", recorded(not_found), name="api_unknown"),
    path("account/api/", customer.account_api, name="account_api"),
    path("account/api/keys/<int:pk>/", customer.account_key, name="account_key"),
    path("account/api/webhooks/<int:pk>/", customer.account_webhook, name="account_webhook"),
    path("account/api/deliveries/<int:pk>/", customer.account_delivery, name="account_delivery"),
    path("backoffice/api/", backoffice.bo_api, name="bo_api"),
    path("backoffice/api/keys/<int:pk>/", backoffice.bo_key, name="bo_key"),
    path("backoffice/api/webhooks/<int:pk>/", backoffice.bo_webhook, name="bo_webhook"),
    path("backoffice/api/deliveries/<int:pk>/", backoffice.bo_delivery, name="bo_delivery"),
]
