"""Where no models are uploaded, a large body is given up early and leaves nothing behind."""

from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadhandler import StopUpload
from django.test import Client
from django.urls import reverse

from config.uploads import MOST_BYTES, SmallFiles


def test_the_limit_holds_while_bytes_come_in() -> None:
    handler = SmallFiles()
    chunk = bytes(64 * 1024)
    for _ in range(MOST_BYTES // len(chunk)):
        assert handler.receive_data_chunk(chunk, 0) == chunk
    with pytest.raises(StopUpload):
        handler.receive_data_chunk(b"x", 0)


@pytest.mark.django_db
def test_nothing_is_left_of_a_body_that_is_too_large() -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post(reverse("account_login"), {"file": BytesIO(bytes(MOST_BYTES + 1024))})
    assert response.status_code == 403
    response.close()
    assert list(Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir()) == []
