from collections.abc import Iterator

import pytest
from pytest_django import Settings

from notifications import delivery
from tests.notifications.servers import Post, running


@pytest.fixture
def post(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    """A mail server, and the settings that lead to it."""
    monkeypatch.setattr(delivery, "TIMEOUT", 5.0)
    with running(Post()) as server:
        settings.SMTP_URL = server.url
        yield server
