import os
from collections.abc import Iterator

import pytest
import time_machine

from accounts.models import Shop
from tests.factories import NOON


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
def noon(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whenever the run starts, every test begins at the same hour of its day.

    About midnight tests give the time themselves. Not where other processes are asked: they know the real clock.
    """
    if {"browser", "faults"} & set(request.path.parts):
        yield
        return
    with time_machine.travel(NOON, tick=True):
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
