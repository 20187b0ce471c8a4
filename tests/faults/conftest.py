from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.served import Served


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One running instance for the tests of a module. A test that ends it for good starts its own."""
    with Served(tmp_path_factory.mktemp("served")) as instance:
        yield instance


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Served]:
    """An instance that the test starts, and may break as it likes."""
    instance = Served(tmp_path / "data")
    yield instance
    if instance.process and instance.process.poll() is None:
        instance.stop()
