"""Pictures, models and figures of parts: whose they are, and what each answer is."""

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from quoting.models import Part, Preview
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def part() -> Part:
    factories.make_shop()
    return factories.make_part(factories.make_customer("buyer@example.org"))


@pytest.fixture
def web(part: Part) -> Client:
    client = Client()
    client.force_login(part.uploaded_by)  # type: ignore[arg-type]
    return client


def model(part: Part) -> str:
    return reverse("part_model", args=[part.pk])


def test_a_model_is_made_when_it_is_first_asked_for(web: Client, part: Part) -> None:
    assert not Preview.objects.exists()
    answer = web.get(model(part))
    assert (answer.status_code, answer["Retry-After"]) == (202, "1")
    assert web.get(model(part)).status_code == 202
    assert Preview.objects.get().measurement == part.measurement


def test_a_model_that_was_made_is_sent(web: Client, part: Part, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    name = default_storage.save("previews/x.glb", ContentFile(b"glTF"))
    Preview.objects.create(measurement=part.measurement, state="done", name=name)
    answer = web.get(model(part))
    assert (answer.status_code, answer["Content-Type"]) == (200, "model/gltf-binary")
    assert b"".join(answer.streaming_content) == b"glTF"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "private" in answer["Cache-Control"]
    answer.close()


def test_a_model_that_is_gone_is_not_there(web: Client, part: Part) -> None:
    Preview.objects.create(measurement=part.measurement, state="done", name="previews/gone.glb")
    assert web.get(model(part)).status_code == 404


def test_a_model_that_cannot_be_made_says_so(web: Client, part: Part) -> None:
    Preview.objects.create(measurement=part.measurement, state="refused")
    assert web.get(model(part)).status_code == 410


@pytest.mark.parametrize("state", ["waiting", "refused"])
def test_what_is_not_measured_has_no_model(web: Client, part: Part, state: str) -> None:
    other = factories.make_part(part.uploaded_by, state=state)
    assert web.get(model(other)).status_code == 404
    page = web.get(reverse("part_view", args=[other.pk]))
    assert page.status_code == 200
    assert page.context["figures"] is None


def test_a_stranger_finds_nothing(part: Part) -> None:
    client = Client()
    client.force_login(factories.make_customer())
    for name in ("part_view", "part_model", "part_download", "part_thumbnail"):
        assert client.get(reverse(name, args=[part.pk])).status_code == 404
