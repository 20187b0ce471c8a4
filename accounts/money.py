"""Money in the database."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

CENT = Decimal("0.01")


class MoneyField(models.BigIntegerField):
    """`Decimal` in Python, whole hundredths in the database: SQLite keeps decimals as floats, and then 0.10 + 0.20 is not 0.30."""

    description = "An amount of money with two decimals"
    _pyi_private_set_type: Decimal | int | Combinable  # type: ignore[assignment]
    _pyi_private_get_type: Decimal  # type: ignore[assignment]

    def from_db_value(self, value: int | None, expression: object, connection: object) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-2)

    def to_python(self, value: Any) -> Decimal | None:
        if value is None:
            return None
        if isinstance(value, float):
            raise ValidationError(_("Money is never a float."), code="float")
        return Decimal(value).quantize(CENT)

    def get_prep_value(self, value: Any) -> int | None:
        if value is None or hasattr(value, "resolve_expression"):
            return value
        if isinstance(value, float):
            raise ValueError(f"{value}: money is never a float")
        minor = Decimal(value).scaleb(2)
        if minor != minor.to_integral_value():
            raise ValueError(f"{value}: fractions of a minor unit")
        return int(minor)

    def formfield(self, **kwargs: Any) -> Any:
        from django.forms import DecimalField

        return models.Field.formfield(self, form_class=DecimalField, decimal_places=2, **kwargs)
