"""The columns of the list of orders beside number, customer and status, which are always there."""

from django.utils.translation import gettext_lazy as _

from accounts.models import User

COLUMNS = {
    "payment": _("Payment"),
    "lines": _("Lines / pieces"),
    "total": _("Total"),
    "promised": _("Promised"),
    "due": _("Payment due"),
    "reference": _("Reference"),
    "owner": _("Owner"),
    "age": _("Age"),
}
USUAL = ("payment", "lines", "total", "promised", "owner", "age")


def columns_of(user: User) -> list[str]:
    chosen = user.list_columns or USUAL
    return [name for name in COLUMNS if name in chosen]
