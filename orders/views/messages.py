"""What shop and customer write to each other, on the customer's page of an order."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from orders.access import actor_on
from orders.attachments import as_download
from orders.forms.message import MessageForm
from orders.models import Attachment, Order
from orders.views.order import opened, page, see_other
from orders.workflow.letters import write


@require_POST
@never_cache
@opened
def order_message(request: HttpRequest, order: Order) -> HttpResponse:
    form = MessageForm(request.POST, {"attached": request.FILES.getlist("attached")})
    if not form.is_valid():
        return page(request, order, message_form=form, status=422)
    write(
        order.pk,
        form.cleaned_data["body"],
        actor=actor_on(request, order),
        key=form.deed_key,
        now=timezone.now(),
        files=form.cleaned_data["attached"],
    )
    return see_other(reverse("order", args=[order.public_id]) + "#thread")


@require_safe
@opened
def order_attachment(request: HttpRequest, order: Order, attachment: int) -> HttpResponse:
    return as_download(get_object_or_404(Attachment, pk=attachment, message__order=order, message__internal=False))
