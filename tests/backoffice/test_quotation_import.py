"""Many lines at once: a CSV, a ZIP with models and drawings paired by name, and everything that such files do wrong."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from orders import drafts
from orders.imports import read_table, same_name, unpacked
from orders.models import Order
from orders.models.order import new_public_id
from orders.workflow.actors import customer
from quoting.models import Part
from tests import factories
from tests.backoffice.helpers import signed_in
from tests.make_models import DATA

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 a drawing"
CUBE = (DATA / "cube20.stl").read_bytes()
TABLE = """File;Qty;Process;Material;Surface;Note
bracket.stl;25;sls printing;;;left-hand
Bracket;4;;;;once more
nothing.stl;1;;;;
cube;many;no such process;;;
"""


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }


@pytest.fixture
def buyer() -> User:
    factories.make_shop()
    factories.make_price_list()
    return factories.make_customer()


@pytest.fixture
def client() -> Client:
    return signed_in("sales")


@pytest.fixture
def order(client: Client, buyer: User) -> Order:
    key = new_public_id()
    client.post(reverse("bo_quotation_new"), {"customer": buyer.pk, "key": key})
    return Order.objects.get(public_id=key)


def zipped(**files: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in files.items():
            pack.writestr(name.replace("__", "/"), content)
    return target.getvalue()


def import_(client: Client, order: Order, **files: bytes) -> list[str]:
    """What the page says after an import."""
    sent = [SimpleUploadedFile(name.replace("__", "."), content) for name, content in files.items()]
    response = client.post(reverse("quote_import", args=[order.public_id]), {"files": sent}, follow=True)
    assert response.status_code == 200
    return [str(message) for message in response.context["messages"]]


def test_a_table_and_a_zip_make_the_lines(client: Client, order: Order, buyer: User) -> None:
    bracket = (DATA / "l_bracket.stl").read_bytes()
    pack = {"parts__bracket.stl": bracket, "parts__Bracket.PDF": PDF, "cube.stl": CUBE, "gear.stl": CUBE + b"\0"}
    process = next(p for p in order.price_list.catalogue.processes if p.key == "sls")
    table = TABLE.replace("sls printing", process.name.upper())
    said = import_(client, order, list__csv=table.encode("cp1252"), pack__zip=zipped(**pack, lost__pdf=b"", a__png=PDF))
    lines = list(order.lines.order_by("position").select_related("part"))
    assert [(line.name, line.quantity, line.process == "sls", line.note) for line in lines] == [
        ("bracket.stl", 25, True, "left-hand"),
        ("bracket.stl", 4, False, "once more"),
        ("cube.stl", 1, False, ""),
        ("gear.stl", 1, False, ""),
    ]
    parts = [line.part for line in lines if line.part]
    assert [part.drawing_name for part in parts] == ["Bracket.PDF", "Bracket.PDF", "", ""]
    assert {part.company for part in parts} == {buyer.company}
    text = " | ".join(said)
    for word in ("4 lines", "Row 4", "nothing.stl", "Row 5: “many”", "Row 5: there is no process", "png"):
        assert word in text, word
    got = client.get(reverse("part_drawing", args=[parts[0].pk]))
    assert b"".join(got.streaming_content) == PDF  # type: ignore[attr-defined]
    assert "attachment" in got["Content-Disposition"]


def test_a_row_takes_the_part_that_the_customer_has_already(client: Client, order: Order, buyer: User) -> None:
    had = factories.make_order(buyer).lines.get().part
    foreign = factories.make_order().lines.get().part
    assert had is not None and foreign is not None
    Part.objects.filter(pk=foreign.pk).update(name="secret.stl")
    said = import_(client, order, list__csv=b"file,quantity\npart 1,9\nsecret.stl,1\n")
    assert [(line.part, line.quantity) for line in order.lines.all()] == [(had, 9)]
    assert any("secret.stl" in one for one in said)


@pytest.mark.parametrize(
    ("files", "word"),
    [
        ({}, "Choose a file"),
        ({"list__csv": b"a,b\n1,2\n"}, "column"),
        ({"list__csv": b""}, "column"),
        ({"pack__zip": b"PK not a zip"}, "cannot be read"),
        ({"pack__zip": zipped(**{"notes.txt": b"hello"})}, "TXT"),
        ({"pack__zip": zipped(**{"drawing.pdf": b"MZ not a drawing"})}, "not a PDF"),
        ({"pack__zip": zipped(**{"drawing.pdf": PDF})}, "no model of this name"),
        ({"pack__zip": zipped(**{"inner.zip": zipped(x=b"1")})}, "ZIP"),
    ],
)
def test_files_that_hold_nothing_of_use(client: Client, order: Order, files: dict[str, bytes], word: str) -> None:
    assert any(word in one for one in import_(client, order, **files))
    assert not order.lines.exists()


def test_a_zip_is_counted_while_it_is_unpacked(settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 1000
    problems: list[str] = []
    pack = zipped(big=b"0" * 5000, small=b"1" * 900, **{".fseventsd/small": b"2", ".hidden": b"3"})
    assert [(name, size) for name, size, _file in unpacked(io.BytesIO(pack), problems)] == [("small", 900)]
    assert len(problems) == 1
    many = zipped(**{f"f{number}": b"4" * 999 for number in range(8)})
    assert len(list(unpacked(io.BytesIO(many), problems))) == 5  # five times the limit, all together
    broken = bytearray(zipped(x=b"abc" * 200))
    broken[40] ^= 0xFF
    assert list(unpacked(io.BytesIO(bytes(broken)), problems)) == []


def test_tables_as_people_write_them() -> None:
    for text in ("file,quantity\nx.stl,3", "\ufeffModel;QTY\r\nx.stl;3\r\n\r\n", "name\tcount\nx.stl\t3\n"):
        problems: list[str] = []
        wish = read_table(text.encode(), problems)[0]
        assert (wish.file, wish.quantity, problems) == ("x.stl", 3, [])
    assert same_name("a\\b\\Part 1.STEP") == same_name("part 1.pdf") == "part 1"


def test_a_customer_adds_a_drawing_and_other_orders_keep_theirs(buyer: User) -> None:
    web, draft = Client(), factories.make_draft(buyer)
    web.force_login(buyer)
    line = draft.lines.get()
    other = drafts.start(company=buyer.company, user=buyer)
    drafts.add_parts(other.pk, [line.part], actor=customer(buyer))  # type: ignore[list-item]
    url = reverse("line_drawing", args=[draft.public_id, line.pk])
    assert web.post(url, {"drawing": SimpleUploadedFile("x.pdf", b"MZ no drawing")}).status_code == 422
    assert web.post(url, {"drawing": SimpleUploadedFile("plan.pdf", PDF)}).status_code == 303
    line.refresh_from_db()
    part, kept = line.part, other.lines.get().part
    assert part is not None and kept is not None
    assert (part.drawing_name, kept.drawing_name) == ("plan.pdf", "")
    assert default_storage.exists(part.drawing)
    stranger = Client()
    stranger.force_login(factories.make_customer())
    assert stranger.get(reverse("part_drawing", args=[part.pk])).status_code == 404
    assert b"".join(web.get(reverse("part_drawing", args=[part.pk])).streaming_content) == PDF  # type: ignore[attr-defined]


@pytest.mark.django_db(transaction=True)
def test_the_blob_of_a_drawing_goes_with_its_last_part(buyer: User) -> None:
    draft = factories.make_draft(buyer)
    line = draft.lines.get()
    for name in ("one.pdf", "two.pdf"):
        drafts.set_drawing(draft.pk, line.pk, PDF, name, actor=customer(buyer))
        line.refresh_from_db()
        assert line.part is not None
    blob = line.part.drawing  # type: ignore[union-attr]
    assert len(list(Path(default_storage.path("drawings")).rglob("*-*"))) == 1
    drafts.remove_drawing(draft.pk, line.pk, actor=customer(buyer))
    assert not default_storage.exists(blob)
