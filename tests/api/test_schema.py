"""The API against its own description: schemathesis makes requests, good and bad ones, and judges every answer.

A few of each operation in the suite. More of them: `API_EXAMPLES=300 .venv/bin/pytest -n 0 tests/api/test_schema.py`.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import positive_data_acceptance

from accounts.models import Shop
from api import keys
from config.wsgi import application
from orders.models import Order
from tests import factories
from tests.api.client import key_for

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("API_EXAMPLES", "6"))
# That a material is offered or a total still right, no schema can say: such requests are refused with a 422.
SAID_BY_NO_SCHEMA = [positive_data_acceptance]


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """As Django's own test client does: the requests are part of the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def from_here(environ: dict[str, Any], start: Any) -> Any:
    answer = application({"REMOTE_ADDR": "127.0.0.1", **environ}, start)
    try:
        return [b"".join(answer)]
    finally:
        answer.close()  # as servers do: uploads are closed with it


@pytest.fixture
def described(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(keys, "PER_MINUTE", 1_000_000)
    return schemathesis.openapi.from_wsgi("/api/openapi.json", from_here)


@pytest.fixture
def world(shop: Shop) -> dict[str, Any]:
    owner = factories.make_customer()
    draft, order = factories.make_draft(owner), factories.make_order(owner)
    line = draft.lines.get()
    return {
        "ids": {
            "quote_id": draft.public_id,
            "order_id": order.public_id,
            "line_id": line.pk,
            "part_id": line.part_id,
            "name": "put_on_hold",
        },
        "customer": key_for(owner),
        "staff": key_for(factories.make_staff()),
        "draft": draft,
    }


def test_it_does_as_it_says(described: Any, world: dict[str, Any]) -> None:
    for found in described.get_all_operations():
        operation = found.ok()

        @seeded(1)
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=st.one_of(operation.as_strategy(), operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)))
        def check(case: Any) -> None:
            spoilt = {place for place, part in case.meta.components.items() if part.mode is GenerationMode.NEGATIVE}
            known = {} if ParameterLocation.PATH in spoilt else world["ids"]
            for name in set(case.path_parameters or {}) & set(known):
                if len(str(case.path_parameters[name])) % 3:  # most calls are about what is there
                    case.path_parameters[name] = known[name]
            key = world["staff" if "transitions" in case.path else "customer"]
            headers = {} if ParameterLocation.HEADER in spoilt else {"Authorization": f"Bearer {key}"}
            case.call_and_validate(headers=headers, excluded_checks=SAID_BY_NO_SCHEMA)

        check()


def test_the_reference_page_names_every_operation(client: Client) -> None:
    document = client.get("/api/openapi.json").json()
    page = client.get("/api/").content.decode()
    assert document["openapi"].startswith("3.1")
    for path, operations in document["paths"].items():
        assert f">{path}<" in page
        for operation in operations.values():
            assert operation["summary"] in page and operation["security"] == [{"Key": []}]
    for name in document["components"]["schemas"]:
        assert f'id="{name}"' in page
    assert Order.objects.count() == 0
