import os

import pytest

from accounts.models import Shop


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What lies in browser/ and faults/ is of that kind, without anybody having to remember a marker."""
    for item in items:
        folders = item.path.parts
        if "browser" in folders:
            item.add_marker(pytest.mark.browser)
        if "faults" in folders:
            item.add_marker(pytest.mark.fault)


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
