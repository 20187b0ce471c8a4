"""Codes that give a percentage off."""

from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Upper


class PromoCode(models.Model):
    """Known by its code, whatever the case of its letters. Valid on its first and last day, in the shop's time zone."""

    code = models.CharField(max_length=40)
    percent = models.DecimalField(
        max_digits=5, decimal_places=2, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(Upper("code"), name="one_promo_code")]

    def __str__(self) -> str:
        return self.code

    @classmethod
    def valid(cls, code: str, today: date) -> "PromoCode | None":
        """The code, if it can be used today."""
        found = cls.objects.filter(code__iexact=code.strip(), active=True).first() if code.strip() else None
        if (
            found is None
            or (found.first_day and today < found.first_day)
            or (found.last_day and today > found.last_day)
        ):
            return None
        return found
