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
from dataclasses import dataclass
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
    _fill(size, template, [owner.pk for owner in owners])
    return owners[0]


@dataclass
class Sql:
    """Expressions and copies of rows in the words of one database; `n.i` counts the rows."""

    postgres: bool

    def text(self, *parts: str) -> str:
        return " || ".join(part if part.startswith("'") else f"CAST({part} AS text)" for part in parts)

    def moment(self, minutes: str) -> str:
        if self.postgres:
            return f"timestamptz '2016-01-01 00:00Z' + ({minutes}) * interval '1 minute'"
        return f"datetime('2016-01-01', ({minutes}) || ' minutes')"

    def day(self, minutes: str) -> str:
        return f"({self.moment(minutes)})::date" if self.postgres else f"date({self.moment(minutes)})"

    def copy(self, row: Any, numbers: range, values: dict[str, str]) -> None:
        """A row like `row` for each number, but for these columns."""
        from django.db import connection

        meta = type(row)._meta
        names = [field.column for field in meta.concrete_fields]
        columns = ", ".join(f'"{name}"' for name in names)
        taken = ", ".join(values.get(name, f't."{name}"') for name in names)
        first, last = numbers[0], numbers[-1]
        count = f"SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last}"
        if self.postgres:
            count = f"SELECT generate_series({first}, {last})"
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH RECURSIVE n(i) AS ({count}) INSERT INTO {meta.db_table} ({columns}) SELECT {taken}"
                f" FROM n CROSS JOIN {meta.db_table} t WHERE t.{meta.pk.column} = {row.pk}"
            )


OFFSET = 10_000
ORDER = f"{OFFSET} + n.i"  # its id and its number
PROCESS = "CASE WHEN n.i % 5000 = 1 THEN 'rare' WHEN n.i % 2 = 0 THEN 'sls' ELSE 'fdm' END"
WORD = (
    "CASE WHEN n.i < 50000 AND n.i % 3 = 1 THEN 'legacy' WHEN n.i % 1000 = 1 THEN 'turbine'"
    " WHEN n.i % 100 = 2 THEN 'impeller' WHEN n.i % 3 = 0 THEN 'bracket' ELSE 'cover' END"
)


def _fill(size: int, template: Any, owners: list[int]) -> None:
    from django.db import connection

    sql, numbers = Sql(connection.vendor == "postgresql"), range(1, size + 1)
    people, companies = max(20, size // 20), max(10, size // 40)
    person, company = f"({OFFSET} + n.i % {people})", f"({OFFSET} + n.i % {companies})"
    _people(sql, range(OFFSET, OFFSET + people), template)
    _orders(sql, numbers, template, owners, person, company)
    _lines(sql, numbers, template.lines.get())
    _purchase_orders(sql, numbers, template)
    _search_texts(sql, numbers, template, person, company)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if sql.postgres else "ANALYZE")


def _people(sql: Sql, numbers: range, template: Any) -> None:
    sql.copy(template.company, numbers, {"id": "n.i", "name": sql.text("'Werk '", "n.i", "' GmbH'")})
    values = {
        "id": "n.i",
        "name": sql.text("'Weber '", "n.i"),
        "email": sql.text("'customer'", "n.i", "'@example.org'"),
        "company_id": "n.i",
    }
    sql.copy(template.customer, numbers, values)


def _orders(sql: Sql, numbers: range, template: Any, owners: list[int], person: str, company: str) -> None:
    from orders.models import Status
    from orders.models.status import position

    size = len(numbers)
    open_from = size - max(200, size // 50)  # two of a hundred are open
    open_ones = "waiting_for_review firm_offer_sent placed po_provided waiting_for_payment free_for_manufacturing"
    open_ones = (open_ones + " manufacturing post_production ready_for_shipping shipped").split()
    kinds = " ".join(f"WHEN {number} THEN '{status}'" for number, status in enumerate(open_ones))
    status = (
        f"CASE WHEN n.i > {open_from} THEN CASE n.i % {len(open_ones)} {kinds} END WHEN n.i % 50 = 7 THEN"
        " 'canceled_by_customer' WHEN n.i % 500 = 8 THEN 'canceled_by_admin' ELSE 'delivered' END"
    )
    positions = " ".join(f"WHEN '{one}' THEN {position(one, 1) - 1}" for one in Status)
    minutes = f"n.i * {5_500_000 // size}"  # ten years and a half
    total = "(2000 + (n.i % 9973) * 7919 % 900000)"
    contact = sql.text('\'{"name": "Weber \'', person, '\'", "email": "customer\'', person, "'@example.org\"}'")
    values = {
        "id": ORDER,
        "number": ORDER,
        "public_id": sql.text("'bench-'", "n.i"),
        "status": status,
        "position": f"CASE {status} {positions} END + {ORDER}",
        "customer_id": person,
        "company_id": company,
        "owner_id": f"CASE WHEN n.i < {size // 2} AND n.i % 2 = 0 THEN {owners[-1]}"
        f" ELSE {owners[0]} + n.i % {len(owners) - 1} END",
        "contact": f"({contact})::jsonb" if sql.postgres else contact,
        "submitted_at": sql.moment(minutes),
        "placed_at": sql.moment(minutes),
        "promised_date": f"CASE WHEN n.i % 9 = 0 THEN NULL ELSE {sql.day(minutes + ' + 14400')} END",
        "payment_due": f"CASE WHEN n.i % 3 = 0 THEN {sql.day(minutes + ' + 43200')} END",
        "total": total,
        "paid": f"CASE WHEN n.i > {open_from} OR n.i % 400 = 3 THEN 0 ELSE {total} END",
        "canceled_from": "CASE WHEN n.i % 50 = 7 OR n.i % 500 = 8 THEN 'placed' ELSE '' END",
        "tracking": sql.text("'1Z99'", ORDER),
        "customer_reference": sql.text("'REF-'", "n.i % 5000"),
    }
    sql.copy(template, numbers, values)


def _lines(sql: Sql, numbers: range, line: Any) -> None:
    for place in (1, 2, 3):
        values = {
            "id": f"{10_000_000 * place} + n.i",
            "order_id": ORDER,
            "position": str(place),
            "name": sql.text(WORD, "'-'", ORDER, "'.step'") if place == 1 else f"'part {place}.stl'",
            "process": PROCESS,
            "material": "CASE WHEN n.i % 4 = 0 THEN 'pa12' ELSE 'pla' END",
            "price": "NULL",
        }
        sql.copy(line, numbers, values)


def _purchase_orders(sql: Sql, numbers: range, template: Any) -> None:
    from orders.models import PurchaseOrder

    first = PurchaseOrder.objects.create(pk=1, order=template, number="PO-1", provided_at=template.submitted_at)
    sql.copy(first, numbers, {"id": "n.i + 1", "order_id": ORDER, "number": sql.text("'PO-45'", ORDER)})


def _search_texts(sql: Sql, numbers: range, template: Any, person: str, company: str) -> None:
    from orders.models import OrderText

    words = sql.text(
        "'#'", ORDER, "'\nweber '", person, "'\ncustomer'", person, "'@example.org\nwerk '", company,
        "' gmbh\nref-'", "n.i % 5000", "'\n1z99'", ORDER, "'\npo-45'", ORDER, "'\n'", WORD,
        "'-'", ORDER, "'.step\npart 2.stl\npart 3.stl'",
    )  # fmt: skip
    first, _ = OrderText.objects.get_or_create(order=template, defaults={"text": ""})
    sql.copy(first, numbers, {"order_id": ORDER, "text": words})


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
