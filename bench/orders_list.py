"""The staff's list of orders from 1,000 orders to 1,000,000 with 3,000,000 lines: milliseconds and queries of each page.

    .venv/bin/python bench/orders_list.py [postgres|sqlite] [orders …]

Goal (spec/performance.md): at a million orders on PostgreSQL every page, filter and search under 50 ms and in at most 8
queries; at 20,000 on SQLite under 150 ms. The data are made by SQL in servers and folders of their own and removed.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

SIZES = {"postgres": [1_000, 20_000, 100_000, 1_000_000], "sqlite": [1_000, 20_000]}
RUNS = 7

# What follows a page's name is its query string; {…} is filled in from the data.
PAGES = {
    "first page": "",
    "newest first": "?sort=-number",
    "by promised date": "?sort=due",
    "by total": "?sort=-total",
    "page at the middle": "?after=1_{middle}",
    "last page": "?before=end",
    "last page by total": "?sort=total&before=end",
    "status placed": "?status=placed",
    "status delivered": "?status=delivered",
    "status canceled, oldest": "?status=canceled_by_admin&sort=number",
    "group in production": "?group=production",
    "group canceled": "?group=canceled",
    "customer": "?customer={customer}",
    "owner": "?owner={owner}",
    "owner who left": "?owner={left}",
    "unpaid": "?payment=unpaid",
    "payment overdue": "?payment=overdue",
    "promised and late": "?due=late",
    "process, common": "?process=sls",
    "process, rare": "?process=rare",
    "material": "?material=pa12",
    "a month, years ago": "?since=2019-03-01&until=2019-03-31",
    "two years, years ago": "?since=2017-01-01&until=2018-12-31",
    "until a day, newest first": "?until=2018-12-31&sort=-number",
    "owner + process + unpaid": "?owner={owner}&process=sls&payment=unpaid",
    "search number": "?q={number}",
    "search e-mail": "?q=customer{person}@example.org",
    "search part of an e-mail": "?q=customer{person}@",
    "search customer": "?q=weber+{person}",
    "search company": "?q=werk+{company}",
    "search part": "?q=bracket-{number}.step",
    "search word in a third of all": "?q=bracket",
    "search word in a thousandth": "?q=turbine",
    "search word in a hundredth": "?q=impeller",
    "search old word": "?q=legacy",
    "search PO number": "?q=po-45{number}",
    "search tracking number": "?q=1z99{number}",
    "search nothing like it": "?q=xylophone",
    "search two letters": "?q=we",
    "search + status": "?q=bracket&status=placed",
    "search + process": "?q=bracket&process=sls",
    "search, next page": "?q=bracket&after=1_{middle}",
}


def main() -> None:
    kinds = [one for one in sys.argv[1:] if one in SIZES] or ["postgres", "sqlite"]
    sizes = [int(one.replace(",", "").replace("_", "")) for one in sys.argv[1:] if one not in SIZES]
    for kind in kinds:
        measured = {size: run(kind, size) for size in sizes or SIZES[kind]}
        if all(measured.values()):
            show(kind, measured)


def run(kind: str, size: int) -> dict[str, Any]:
    """Measure one size, in a database of its own."""
    from scripts import programs

    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="partwright-bench-"))
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "TMPDIR": folder}
        environment.pop("DATABASE_URL", None)
        if kind == "postgres":
            installed = programs.postgres_folder()
            if installed is None:
                print("PostgreSQL is not installed: not run")
                return {}
            environment["DATABASE_URL"] = stack.enter_context(programs.postgres(installed))
        command = [sys.executable, __file__, "--measure", str(size)]
        done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
        *told, found = done.stdout.splitlines()
        print(*told, f"{kind}: {size:,} orders measured", sep="\n", flush=True)
        return json.loads(found)


def show(kind: str, measured: dict[int, dict[str, Any]]) -> None:
    print(f"\n{kind}: least ms of {RUNS} runs, median, CPU of the web process, queries")
    print(" " * 30 + "".join(f" | {size:>23,}" for size in measured) + " | growth")
    for name in PAGES:
        cells = [found["pages"][name] for found in measured.values()]
        shown = "".join(f" | {least:6.1f} {ms:6.1f} {cpu:5.1f} {many:2}" for least, ms, cpu, many in cells)
        print(f"{name:30}{shown} | × {cells[-1][0] / cells[0][0]:.1f}")
    last = [*measured.values()][-1]["pages"].values()
    print(f"slowest {max(cell[0] for cell in last):.1f} ms at its least, most queries {max(cell[3] for cell in last)}")
    print(*(f"CSV at {size:,}: {found['csv']}" for size, found in measured.items()), sep="\n")


# --- data


def made(size: int) -> Any:
    """All tables filled; returns one of the owners."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    from tests.factories import make_customer, make_order, make_staff

    template = make_order(make_customer("template@example.org"))
    owners = [make_staff("sales") for _ in range(8)]
    _fill(1, size, template, [owner.pk for owner in owners])
    return owners[0]


def _fill(start: int, end: int, template: Any, owners: list[int]) -> None:
    from django.db import connection

    from accounts.models import Company, User
    from orders.models import Order, OrderLine, OrderText, PurchaseOrder, Status
    from orders.models.status import position

    postgres = connection.vendor == "postgresql"
    offset, open_from = 10_000, end - max(200, end // 50)  # two of a hundred are open
    lines = template.lines.get()
    person, company = f"({offset} + n.i % {max(20, end // 20)})", f"({offset} + n.i % {max(10, end // 40)})"

    def text(*parts: str) -> str:
        return " || ".join(part if part.startswith("'") else f"CAST({part} AS text)" for part in parts)

    def moment(minutes: str) -> str:
        if postgres:
            return f"timestamptz '2016-01-01 00:00Z' + ({minutes}) * interval '1 minute'"
        return f"datetime('2016-01-01', ({minutes}) || ' minutes')"

    def day(minutes: str) -> str:
        return f"({moment(minutes)})::date" if postgres else f"date({moment(minutes)})"

    def copy(model: Any, row: Any, numbers: str, values: dict[str, str]) -> None:
        """Rows like `row`, but for these columns; `n.i` counts them."""
        names = [field.column for field in model._meta.concrete_fields]
        columns = ", ".join(f'"{name}"' for name in names)
        taken = ", ".join(values.get(name, f't."{name}"') for name in names)
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH RECURSIVE n(i) AS ({numbers}) INSERT INTO {table} ({columns})"
                f" SELECT {taken} FROM n CROSS JOIN {table} t WHERE t.{model._meta.pk.column} = {row.pk}"
            )

    def count(first: int, last: int) -> str:
        if postgres:
            return f"SELECT generate_series({first}, {last})"
        return f"SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last}"

    statuses = "waiting_for_review firm_offer_sent placed po_provided waiting_for_payment free_for_manufacturing"
    statuses = (statuses + " manufacturing post_production ready_for_shipping shipped").split()
    kinds = " ".join(f"WHEN {number} THEN '{status}'" for number, status in enumerate(statuses))
    status = (
        f"CASE WHEN n.i > {open_from} THEN CASE n.i % {len(statuses)} {kinds} END WHEN n.i % 50 = 7 THEN"
        " 'canceled_by_customer' WHEN n.i % 500 = 8 THEN 'canceled_by_admin' ELSE 'delivered' END"
    )
    positions = " ".join(f"WHEN '{one}' THEN {position(one, 1) - 1}" for one in Status)
    canceled = "(n.i % 50 = 7 OR n.i % 500 = 8)"
    minutes = f"n.i * {5_500_000 // end}"  # ten years and a half
    total = "(2000 + (n.i % 9973) * 7919 % 900000)"
    known = {"pk__gte": offset}
    have = User.objects.filter(**known, pk__lt=9_000_000).count()
    people = range(offset + have, offset + max(20, end // 20))
    if people:
        name = text("'Weber '", "n.i")
        mail = text("'customer'", "n.i", "'@example.org'")
        company_name = text("'Werk '", "n.i", "' GmbH'")
        copy(Company, template.company, count(people[0], people[-1]), {"id": "n.i", "name": company_name})
        values = {"id": "n.i", "name": name, "email": mail, "company_id": "n.i"}
        copy(User, template.customer, count(people[0], people[-1]), values)
    word = (
        "CASE WHEN n.i < 50000 AND n.i % 3 = 1 THEN 'legacy' WHEN n.i % 1000 = 1 THEN 'turbine'"
        " WHEN n.i % 100 = 2 THEN 'impeller' WHEN n.i % 3 = 0 THEN 'bracket' ELSE 'cover' END"
    )
    contact = text('\'{"name": "Weber \'', person, '\'", "email": "customer\'', person, "'@example.org\"}'")
    tracking = text("'1Z99'", "n.i")
    copy(
        Order,
        template,
        count(start, end),
        {
            "id": f"{offset} + n.i",
            "number": f"{offset} + n.i",
            "public_id": text("'bench-'", "n.i"),
            "status": status,
            "position": f"CASE {status} {positions} END + {offset} + n.i",
            "customer_id": person,
            "company_id": company,
            "owner_id": f"CASE WHEN n.i < {end // 2} AND n.i % 2 = 0 THEN {owners[-1]}"
            f" ELSE {owners[0]} + n.i % {len(owners) - 1} END",
            "contact": f"({contact})::jsonb" if postgres else contact,
            "submitted_at": moment(minutes),
            "placed_at": moment(minutes),
            "promised_date": f"CASE WHEN n.i % 9 = 0 THEN NULL ELSE {day(minutes + ' + 14400')} END",
            "payment_due": f"CASE WHEN n.i % 3 = 0 THEN {day(minutes + ' + 43200')} END",
            "total": total,
            "paid": f"CASE WHEN n.i > {open_from} OR n.i % 400 = 3 THEN 0 ELSE {total} END",
            "canceled_from": f"CASE WHEN {canceled} THEN 'placed' ELSE '' END",
            "tracking": tracking,
            "customer_reference": text("'REF-'", "n.i % 5000"),
        },
    )
    process = "CASE WHEN n.i % 5000 = 1 THEN 'rare' WHEN n.i % 2 = 0 THEN 'sls' ELSE 'fdm' END"
    for place in (1, 2, 3):
        values = {
            "id": f"{10_000_000 * place} + n.i",
            "order_id": f"{offset} + n.i",
            "position": str(place),
            "name": text(word, "'-'", f"{offset} + n.i", "'.step'") if place == 1 else f"'part {place}.stl'",
            "process": process,
            "material": "CASE WHEN n.i % 4 = 0 THEN 'pa12' ELSE 'pla' END",
            "price": "NULL",
        }
        copy(OrderLine, lines, count(start, end), values)
    po = PurchaseOrder.objects.filter(pk=1).first() or PurchaseOrder.objects.create(
        pk=1, order=template, number="PO-1", provided_at=template.submitted_at
    )
    po_number = text("'PO-45'", f"{offset} + n.i")
    copy(PurchaseOrder, po, count(start, end), {"id": "n.i + 1", "order_id": f"{offset} + n.i", "number": po_number})
    words = text(
        "'#'", f"{offset} + n.i", "'\nweber '", person, "'\ncustomer'", person, "'@example.org\nwerk '", company,
        "' gmbh\nref-'", "n.i % 5000", "'\n1z99'", f"{offset} + n.i", "'\npo-45'", f"{offset} + n.i", "'\n'", word,
        "'-'", f"{offset} + n.i", "'.step\npart 2.stl\npart 3.stl'",
    )  # fmt: skip
    OrderText.objects.get_or_create(order=template, defaults={"text": ""})
    copy(OrderText, template, count(start, end), {"order_id": f"{offset} + n.i", "text": words})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if postgres else "ANALYZE")


# --- measuring


def measure(size: int) -> None:
    import django

    django.setup()
    import logging

    logging.disable(logging.CRITICAL)
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    owner = made(size)
    client = Client(SERVER_NAME="localhost")
    client.force_login(owner)
    facts = {
        "middle": 10_000 + size // 2, "number": 10_000 + size // 3, "person": 10_017, "company": 10_013,
        "customer": 10_017, "owner": owner.pk, "left": owner.pk + 7,
    }  # fmt: skip
    pages: dict[str, tuple[float, float, float, int]] = {}
    for name, query in PAGES.items():
        url = "/backoffice/orders/" + query.format(**facts)
        with CaptureQueriesContext(connection) as captured:
            response = client.get(url)
        queries = captured.captured_queries
        assert response.status_code == 200, url
        times = [_milliseconds(client, url) for _ in range(RUNS)]
        walls, cpus = zip(*times, strict=True)
        wall = statistics.median(walls)
        pages[name] = (min(walls), wall, min(cpus), len(queries))
        if wall > float(os.environ.get("BENCH_SLOW", "inf")):
            print(
                *(f"{name} {one['time']} {one['sql'][:1500]}" for one in queries if float(one["time"]) > 0.01),
                sep="\n",
            )
    started = time.perf_counter()
    stream = iter(client.get("/backoffice/orders/export.csv"))
    next(stream), next(stream)
    first = (time.perf_counter() - started) * 1000
    rows = sum(1 for _ in zip(range(20_000), stream, strict=False))
    speed = rows / (time.perf_counter() - started)
    print(json.dumps({"pages": pages, "csv": f"{first:.0f} ms to the first row, {speed:,.0f} rows/s"}))


def _milliseconds(client: Any, url: str) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    client.get(url)
    return (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000


if __name__ == "__main__":
    if "--measure" in sys.argv:
        measure(int(sys.argv[2]))
    else:
        main()
