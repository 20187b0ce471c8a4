"""Try the draft on recent orders before it is published."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from backoffice.catalogue import trying
from backoffice.views.catalogue import on_draft
from quoting import services
from quoting.models import PriceListVersion


@on_draft
@require_safe
def bo_draft_try(request: HttpRequest, draft: PriceListVersion) -> HttpResponse:
    asked = request.GET.get("orders", "")
    most = next((choice for choice in trying.CHOICES if str(choice) == asked), trying.CHOICES[0])
    now = services.current_price_list()
    found = trying.tried(trying.recent(most), now, draft)
    context = {
        "draft": draft,
        "now": now,
        "most": most,
        "choices": trying.CHOICES,
        "tried": found,
        "changed": [one for one in found if one.changes],
    }
    return render(request, "backoffice/catalogue/try.html", context)
