"""Contact, addresses and way of delivery, judged by the form of the checkout."""

from typing import Any

from accounts.models import Shop, User
from api.asked import DeliveryIn
from api.problems import FieldErrors
from orders.forms.checkout import CheckoutForm
from orders.models import Order

# The form's names where they are not the request's.
NAMES = {
    "shipping_method": "method",
    "customer_reference": "reference",
    "customer_note": "note",
    "also_notify": "also_notify",
}


def details_form(order: Order, user: User, shop: Shop, body: DeliveryIn) -> CheckoutForm:
    data: dict[str, Any] = {f"contact_{name}": value for name, value in body.contact.model_dump().items()}
    data |= {f"billing_{name}": value for name, value in body.billing.model_dump().items()}
    if body.shipping:
        data |= {f"shipping_{name}": value for name, value in body.shipping.model_dump().items()}
        data["ship_elsewhere"] = "on"
    data |= {
        "shipping_method": body.method,
        "customer_reference": body.reference,
        "customer_note": body.note,
        "also_notify": ",".join(body.also_notify),
        "version": order.version,
    }
    return CheckoutForm(data, order=order, user=user, shop=shop)


def problems_of(form: CheckoutForm) -> FieldErrors:
    return FieldErrors(
        [
            {"field": _name(name), "code": str(error.code or "invalid"), "message": " ".join(error.messages)}
            for name, errors in form.errors.as_data().items()
            for error in errors
        ]
    )


def _name(field: str) -> str:
    kind, _, rest = field.partition("_")
    return (
        f"{kind}.{rest}"
        if kind in ("contact", "billing", "shipping") and field not in NAMES
        else NAMES.get(field, field)
    )
