"""Chromium against a running instance: `served` with an empty shop, `demo` with the demo shop."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from scripts import programs
from tests.served import Served

# WebGL without a graphics card.
DRAWS = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    path = programs.chromium()
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium")
        pytest.skip("no Chromium here: install it, or set CHROMIUM to where it is")
    return browser_type_launch_args | {"executable_path": path, "args": [*programs.chromium_options(), *DRAWS]}


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("served")) as instance:
        yield instance


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("demo"), demo=True) as instance:
        yield instance


@pytest.fixture(scope="session")
def base_url(demo: Served) -> str:
    """So that `page.goto("/")` is the demo shop's front page; tests of an empty shop use `served.url`."""
    return demo.url
