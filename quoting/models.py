"""Files, what was measured in them, and the numbered price lists."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from quoting.geometry.values import Measured, Reason
from quoting.geometry.values import PrintEstimate as Estimate
from quoting.pricing.catalogue import Catalogue

_parsed: dict[str, Catalogue] = {}  # by digest of the payload


class PriceListVersion(models.Model):
    """The catalogue itself: one validated document. The draft is what the editor edits; published ones never change."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")

    number = models.PositiveIntegerField(unique=True, help_text="0: the draft")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    payload = models.JSONField()
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=200, blank=True, help_text="What changed, in the words of who published it")
    based_on = models.PositiveIntegerField(null=True, help_text="Number of the price list that the draft began as")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="draft"), name="one_price_list_draft")
        ]

    def __str__(self) -> str:
        return f"price list {self.number}"

    @property
    def catalogue(self) -> Catalogue:
        """Parsed once per process: a digest names one payload for good."""
        if self.sha256 not in _parsed:
            _parsed[self.sha256] = Catalogue.model_validate(self.payload)
        return _parsed[self.sha256]


class Deed(models.Model):
    """Something that the worker does later. A Celery message only wakes somebody; this row is the guarantee."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        WORKING = "working", _("Working")
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused")

    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class StoredFile(models.Model):
    """The bytes of a model, kept once however often they are uploaded."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    name = models.CharField(max_length=120, help_text="Where the storage keeps it; generated, never the uploaded name")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.sha256[:12]


class Measurement(Deed):
    """What was found in a file, read in one unit by one version of the code. Immutable once done or refused."""

    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="measurements")
    unit = models.CharField(max_length=4, blank=True, help_text="As given by a person; empty: the file's own or mm")
    body = models.PositiveSmallIntegerField(default=0, help_text="Number in distinct_bodies; 0: the whole file")
    slow = models.BooleanField(default=False, help_text="Takes long, and waits for the place kept for such")
    code_version = models.CharField(max_length=20)
    result = models.JSONField(null=True, help_text="geometry.values.Measured without estimates")
    reason = models.JSONField(null=True, help_text="geometry.values.Reason when refused")
    seconds = models.FloatField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "unit", "body", "code_version"], name="measured_once")]
        indexes = [
            models.Index(fields=["next_try"], condition=Q(state__in=["waiting", "working"]), name="measurement_due")
        ]

    @property
    def is_done(self) -> bool:
        return self.state == self.State.DONE

    @property
    def is_refused(self) -> bool:
        return self.state == self.State.REFUSED

    @property
    def measured(self) -> Measured | None:
        """What pricing may know, with the print estimates made so far (prefetch `estimates` for lists)."""
        if self.result is None:
            return None
        made = tuple(Estimate.model_validate(row.result) for row in self.estimates.all() if row.result)
        return Measured.model_validate({**self.result, "estimates": made})

    @property
    def refusal(self) -> Reason | None:
        return Reason.model_validate(self.reason) if self.reason else None


class PrintEstimate(Deed):
    """What a part takes on an FDM machine, per orientation and print profile; made when asked for."""

    measurement = models.ForeignKey(Measurement, models.CASCADE, related_name="estimates")
    orientation = models.CharField(max_length=20, default="as_uploaded")
    profile = models.CharField(max_length=40, help_text="Key in the catalogue")
    settings = models.JSONField(help_text="geometry.values.PrintProfile it was made for")
    digest = models.CharField(max_length=64, help_text="SHA-256 over settings and the estimator's version")
    result = models.JSONField(null=True, help_text="geometry.values.PrintEstimate")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["measurement", "orientation", "profile", "digest"], name="estimated_once")
        ]
        indexes = [
            models.Index(fields=["next_try"], condition=Q(state__in=["waiting", "working"]), name="estimate_due")
        ]


class Thumbnail(Deed):
    """A picture of a measured part. The price does not wait for it."""

    measurement = models.OneToOneField(Measurement, models.CASCADE, related_name="thumbnail")
    name = models.CharField(max_length=120, blank=True, help_text="Where the storage keeps the PNG")

    class Meta:
        indexes = [
            models.Index(fields=["next_try"], condition=Q(state__in=["waiting", "working"]), name="thumbnail_due")
        ]


class Preview(Deed):
    """A light GLB of a measured part for the viewer, made only when somebody asks for it."""

    measurement = models.OneToOneField(Measurement, models.CASCADE, related_name="preview")
    name = models.CharField(max_length=120, blank=True, help_text="Where the storage keeps the GLB")

    class Meta:
        indexes = [models.Index(fields=["next_try"], condition=Q(state__in=["waiting", "working"]), name="preview_due")]


class Part(models.Model):
    """A model as somebody uploaded it: their name for it, their unit, their company or guest session."""

    company = models.ForeignKey("accounts.Company", models.PROTECT, null=True, related_name="parts")
    guest_key = models.CharField(max_length=40, blank=True, db_index=True)
    uploaded_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="parts")
    body = models.PositiveSmallIntegerField(default=0, help_text="As in its measurement; 0: the whole file")
    measurement = models.ForeignKey(Measurement, models.PROTECT, related_name="parts")
    name = models.CharField(max_length=200)
    drawing = models.CharField(max_length=120, blank=True, help_text="Where the storage keeps its 2D drawing")
    drawing_name = models.CharField(max_length=120, blank=True, help_text="As it is shown")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
