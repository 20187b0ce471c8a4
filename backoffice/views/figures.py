"""Figures for the morning."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Shop
from accounts.roles import staff_required
from backoffice.figures import figures
from orders.workflow.dates import local_day


@staff_required()
@require_safe
@never_cache
def bo_figures(request: HttpRequest) -> HttpResponse:
    shop = Shop.get()
    context = {**figures(local_day(shop, timezone.now())), "shop": shop}
    return render(request, "backoffice/figures.html", context)
