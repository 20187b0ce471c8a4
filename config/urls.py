"""Where every page is found. Each room has its own urls.py; names are unique, without namespaces."""

from django.urls import include, path

from config import health

urlpatterns = [
    path("", include("orders.urls")),  # the quote page is the front door
    path("account/", include("accounts.urls")),
    path("account/", include("allauth.urls")),
    path("backoffice/", include("backoffice.urls")),
    path("", include("api.urls")),
    path("", include("notifications.urls")),
    path("health", health.health, name="health"),
    path("ready", health.ready, name="ready"),
]
