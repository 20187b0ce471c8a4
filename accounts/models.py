"""People and the shop. A leaf: imports no other app, so that everybody may read it."""

from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.money import MoneyField


class Role(models.TextChoices):
    SALES = "sales", _("Sales")
    PRODUCTION = "production", _("Production")
    ACCOUNTING = "accounting", _("Accounting")
    MANAGER = "manager", _("Manager")


class ReviewMode(models.TextChoices):
    INSTANT = "instant", _("Instant: no review unless something asks for it")
    THRESHOLD = "threshold", _("From a value or quantity upward")
    MANUAL = "manual", _("Always")
    TBD = "tbd", _("Always, and the price is hidden until the shop has looked")


class PriceDetail(models.TextChoices):
    """How much of a price's making customers see; staff see all of it."""

    NONE = "none", _("The price of a line alone")
    AMOUNTS = "amounts", _("What it is made up of, with amounts")
    FORMULAS = "formulas", _("Amounts with formulas and their inputs")


class ConsumerVat(models.TextChoices):
    """Whose VAT a consumer in another member state of the EU pays."""

    ORIGIN = "origin", _("Ours: below the EU's yearly threshold for distance sales")
    DESTINATION = "destination", _("That of their country: registered for the One-Stop-Shop")


class TermsTrigger(models.TextChoices):
    """The status from which net days are counted: that status or one after it (pickup counts as shipping)."""

    PLACED = "placed", _("Placed")
    READY = "ready_for_shipping", _("Ready for shipping")
    SHIPPED = "shipped", _("Shipped")
    DELIVERED = "delivered", _("Delivered")


class Versioned(models.Model):
    """Counts the times that it was saved as a whole, so that a form filled in before somebody else's is told."""

    version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        abstract = True

    def save(self, **options: Any) -> None:
        if options.get("update_fields") is None and not self._state.adding:
            self.version += 1
        super().save(**options)


class Shop(Versioned):
    """The one row of shop settings."""

    name = models.CharField(max_length=80, default="Partwright")
    legal_name = models.CharField(max_length=120, blank=True)
    tagline = models.CharField(max_length=160, blank=True)
    logo = models.CharField(
        max_length=200, blank=True, help_text="Path of a static image, or stored: and a name in the storage"
    )
    address = models.TextField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    vat_id = models.CharField(max_length=20, blank=True)
    bank_details = models.TextField(blank=True, help_text="Where customers transfer money to")
    email = models.EmailField(default="shop@example.org", help_text="Customers write to this address")
    order_email = models.EmailField(default="shop@example.org", help_text="Mails about orders go to this address")
    country = models.CharField(max_length=2, default="DE")
    consumer_vat = models.CharField(max_length=12, choices=ConsumerVat.choices, default=ConsumerVat.ORIGIN)
    vat_rates = models.JSONField(
        default=dict, blank=True, help_text="Percent by country, where the table (quoting/pricing/vat.toml) is outdated"
    )
    currency = models.CharField(max_length=3, default="EUR")
    timezone = models.CharField(max_length=40, default="Europe/Berlin")
    language = models.CharField(max_length=8, default="en")
    review_mode = models.CharField(max_length=12, choices=ReviewMode.choices, default=ReviewMode.INSTANT)
    review_order_value = MoneyField(null=True, blank=True)
    review_line_value = MoneyField(null=True, blank=True)
    review_quantity = models.PositiveIntegerField(null=True, blank=True)
    price_detail = models.CharField(
        max_length=12,
        choices=PriceDetail.choices,
        default=PriceDetail.FORMULAS,
        help_text="How much of the making of a price customers see",
    )
    prepayment_percent = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(100)])
    net_days = models.PositiveSmallIntegerField(default=30, help_text="For accepted purchase orders")
    terms_trigger = models.CharField(max_length=32, choices=TermsTrigger.choices, default=TermsTrigger.DELIVERED)
    post_payment_status = models.CharField(
        max_length=32,
        blank=True,
        choices=[("free_for_manufacturing", _("Free for manufacturing"))],
        help_text="Where an order goes by itself once it is paid",
    )
    offer_valid_days = models.PositiveSmallIntegerField(default=30, validators=[MinValueValidator(1)])
    terms_text = models.TextField(blank=True)
    terms_version = models.CharField(max_length=20, default="1")
    cutoff_hour = models.PositiveSmallIntegerField(default=12, validators=[MaxValueValidator(23)])
    holidays = models.JSONField(default=list, blank=True, help_text="ISO dates on which nobody works")
    next_order_number = models.PositiveIntegerField(default=1001)
    invoice_series = models.CharField(max_length=8, default="R")
    credit_note_series = models.CharField(max_length=8, default="G")
    receipt_series = models.CharField(max_length=8, default="Q")
    number_digits = models.PositiveSmallIntegerField(
        default=5, validators=[MinValueValidator(1), MaxValueValidator(9)], help_text="Of the papers' numbers"
    )
    second_factor_required = models.BooleanField(default=False, help_text="Of everybody with a staff role")

    class Meta:
        constraints = [models.CheckConstraint(name="one_shop", condition=models.Q(pk=1))]

    def __str__(self) -> str:
        return self.name

    STORED = "stored:"

    @property
    def logo_url(self) -> str:
        """An uploaded one is served by its name, which its content gives it; without any, ours."""
        if self.logo.startswith(self.STORED):
            return reverse("logo", args=[self.logo.removeprefix(self.STORED).rpartition("/")[2]])
        return static(self.logo or "img/partwright.svg")

    @classmethod
    def get(cls) -> "Shop":
        return cls.objects.get_or_create(pk=1)[0]


class Company(Versioned):
    """Whoever pays. Every customer belongs to exactly one; a private person's has `is_business` False."""

    name = models.CharField(max_length=120, blank=True)
    is_business = models.BooleanField(default=False)
    vat_id = models.CharField(max_length=20, blank=True)
    net_days = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Net terms granted by accounting")
    prepayment_percent = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(100)])
    price_level_percent = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text="Discount on every price",
    )
    tax_exempt = models.BooleanField(default=False)
    billing_contact_name = models.CharField(max_length=120, blank=True)
    billing_contact_email = models.EmailField(blank=True)
    staff_note = models.TextField(blank=True, help_text="Never shown to the customer")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    erased_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "companies"

    def __str__(self) -> str:
        return self.name or f"#{self.pk}"


class CompanyRole(models.TextChoices):
    MEMBER = "", _("Member")
    REQUESTER = "requester", _("Requester: drafts, submits, asks for changes")
    APPROVER = "approver", _("Approver: also places, accepts, provides a PO and cancels")


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=(email or "").lower())

    def create_user(self, email: str, password: str | None = None, **extra: object) -> "User":
        user = self.model(email=email.strip().lower(), **extra)
        user.set_password(password)
        user.save()
        return user


class User(Versioned, AbstractBaseUser, PermissionsMixin):
    """Logs in by e-mail. A customer has a company; staff have roles."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    company = models.ForeignKey(Company, models.PROTECT, null=True, blank=True, related_name="members")
    company_role = models.CharField(max_length=12, choices=CompanyRole.choices, default="", blank=True)
    roles = models.JSONField(default=list, blank=True, help_text="Staff roles")
    language = models.CharField(max_length=8, blank=True)
    list_columns = models.JSONField(default=list, blank=True, help_text="Of the order list; none: the usual ones")
    saved_filters = models.JSONField(default=list, blank=True, help_text="Of the order list: [name, query string]")
    staff_note = models.TextField(blank=True, help_text="Never shown to the customer")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    erased_at = models.DateTimeField(null=True)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["name"], condition=~models.Q(roles=[]), name="user_staff")]

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        return bool(self.roles)

    @property
    def role_labels(self) -> list[str]:
        return [str(Role(role).label) for role in self.roles]

    @property
    def has_verified_email(self) -> bool:
        """Whether somebody has proved to read the mails of this address."""
        from allauth.account.models import EmailAddress

        return EmailAddress.objects.filter(user=self, email__iexact=self.email, verified=True).exists()


class Address(models.Model):
    """A company's address. Orders keep their own frozen copy."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="addresses")
    name = models.CharField(_("name"), max_length=120)
    company_name = models.CharField(_("company"), max_length=120, blank=True)
    street = models.CharField(_("street and number"), max_length=160)
    extra = models.CharField(_("address line 2"), max_length=160, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20)
    city = models.CharField(_("city"), max_length=80)
    region = models.CharField(_("state or region"), max_length=80, blank=True)
    country = models.CharField(_("country"), max_length=2, default="DE")
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    is_shipping = models.BooleanField(default=False, help_text="Filled in as shipping address")
    is_billing = models.BooleanField(default=False, help_text="Filled in as billing address")

    FIELDS = ("name", "company_name", "street", "extra", "postcode", "city", "region", "country", "phone")

    class Meta:
        verbose_name_plural = "addresses"

    def __str__(self) -> str:
        return f"{self.name}, {self.street}, {self.postcode} {self.city}"

    def frozen(self) -> dict[str, str]:
        """The copy that an order keeps."""
        return {field: getattr(self, field) for field in self.FIELDS}


class Invitation(models.Model):
    """Somebody who is asked to join the staff. The link is signed when it is mailed; `sent` counts, so that only the newest opens."""

    email = models.EmailField()
    name = models.CharField(max_length=120)
    roles = models.JSONField(default=list)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    sent = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="one_invitation_open",
            )
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def role_labels(self) -> list[str]:
        return [str(Role(role).label) for role in self.roles]


class Activity(models.Model):
    """What staff did to the shop itself: prices, settings, customers, colleagues. Orders have a history of their own."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    code = models.CharField(max_length=40)
    about = models.CharField(max_length=60, blank=True, db_index=True, help_text="company:3")
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name_plural = "activities"

    def __str__(self) -> str:
        return f"{self.code} {self.about}"

    @classmethod
    def record(cls, actor: User | None, code: str, about: str = "", **details: object) -> "Activity":
        return cls.objects.create(actor=actor, code=code, about=about, details=details)
