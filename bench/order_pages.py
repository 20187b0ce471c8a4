"""CPU milliseconds and queries of the order list, the order's page for staff and customer, and a status change, at
20,000 orders; and the same over an empty page, taken in turns in the same run.

    make bench ARGS=order_pages            or: .venv/bin/python -m bench.order_pages [orders]

Goals (spec/performance.md): list 18 ms, 8 queries; page for staff 15 ms, 15; for the customer 12 ms, 12; change 8 ms, 12.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

RUNS = 15
GOALS = {
    "order list": (18, 8),
    "order page, staff": (15, 15),
    "order page, customer": (12, 12),
    "status change": (8, 12),
}


def main() -> None:
    if "--measure" in sys.argv:
        measure(int(sys.argv[-1]))
        return
    size = sys.argv[1] if len(sys.argv) > 1 else "20000"
    with tempfile.TemporaryDirectory(prefix="partwright-bench-") as folder:
        env = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "TMPDIR": folder}
        env.pop("DATABASE_URL", None)
        subprocess.run([sys.executable, "-m", "bench.order_pages", "--measure", size], env=env, check=True)


def measure(size: int) -> None:
    import django

    django.setup()
    import logging

    logging.disable(logging.CRITICAL)
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from bench.orders_list import made
    from orders.workflow.actors import staff
    from tests.factories import DETAILS, do, make_order

    owner = made(size)
    order = make_order()
    actor = staff(owner)
    office, customer = Client(SERVER_NAME="localhost"), Client(SERVER_NAME="localhost")
    office.force_login(owner)
    assert order.customer
    customer.force_login(order.customer)

    def page(client: Any, url: str) -> Callable[[], None]:
        def get() -> None:
            assert client.get(url).status_code == 200, url

        return get

    turn = iter(["put_on_hold", "resume"] * (RUNS + 2))

    def change() -> None:
        name = next(turn)
        do(order, name, actor, **DETAILS.get(name, {}))

    deeds = {
        "floor: /health": page(office, "/health"),
        "order list": page(office, "/backoffice/orders/"),
        "order page, staff": page(office, f"/backoffice/orders/{order.number}/"),
        "order page, customer": page(customer, f"/orders/{order.public_id}/"),
        "status change": change,
    }
    many = {}
    for name, deed in deeds.items():
        deed()
        with CaptureQueriesContext(connection) as captured:
            deed()
        many[name] = sum(not query["sql"].startswith(("BEGIN", "COMMIT")) for query in captured.captured_queries)
    took: dict[str, list[float]] = {name: [] for name in deeds}
    for _ in range(RUNS):
        for name, deed in deeds.items():
            started = time.process_time()
            deed()
            took[name].append((time.process_time() - started) * 1000)
    floor = statistics.median(took["floor: /health"])
    print(f"{size:,} orders | ms CPU, median of {RUNS} | × floor | queries | goal")
    for name, times in took.items():
        ms, goal = statistics.median(times), GOALS.get(name)
        told = f"{goal[0]} ms, {goal[1]} queries" if goal else ""
        print(f"{name:22} | {ms:6.1f} | × {ms / floor:5.1f} | {many[name]:3} | {told}")


if __name__ == "__main__":
    main()
