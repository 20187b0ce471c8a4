import os
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

from accounts.models import Shop

STARTED = datetime.now(UTC)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What lies in browser/ and faults/ is of that kind, without anybody having to remember a marker."""
    for item in items:
        folders = item.path.parts
        if "browser" in folders:
            item.add_marker(pytest.mark.browser)
        if "faults" in folders:
            item.add_marker(pytest.mark.fault)


@pytest.fixture(autouse=True)
def one_day(request: pytest.FixtureRequest) -> Iterator[None]:
    """Late in the evening it is tomorrow at the shop, and midnight may come in mid-run: such a run lives a little earlier.

    Not where other processes are asked, which know only the real clock.
    """
    if STARTED.hour < 22 or {"browser", "faults"} & set(request.path.parts):
        yield
        return
    with time_machine.travel(STARTED.replace(hour=21, minute=0), tick=True):
        yield


@pytest.fixture
def shop(db: None) -> Shop:
    """The one row of shop settings, with its defaults."""
    return Shop.get()


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """A PostgreSQL server that `make test` has started."""
    url = os.environ.get("TEST_POSTGRES_URL")
    if not url:
        pytest.skip("no PostgreSQL: make test starts one")
    return url
