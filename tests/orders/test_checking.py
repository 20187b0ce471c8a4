"""`manage.py verify`: what was made by the verbs holds, and each kind of damage is named."""

import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from config import incoming
from notifications.models import OutgoingEmail
from orders import checking
from orders.documents.issuing import issue
from orders.inventory import KEPT_AT_LEAST, tidy
from orders.models import Attachment, Counter, Document, LedgerEntry, Order, PurchaseOrder
from orders.payments.ledger import confirm
from orders.workflow.actors import customer, staff
from orders.workflow.deed import Refused
from orders.workflow.door import perform
from orders.workflow.letters import write
from quoting.models import Measurement, StoredFile
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def order() -> Order:
    factories.make_shop()
    call_command("createcachetable", verbosity=0)
    cache.clear()
    order = factories.make_order()
    confirm(order.pk, amount=order.total, key="bank:1", method="transfer")
    for document in Document.objects.filter(order=order):
        issue(document.pk, timezone.now())
    for stored in StoredFile.objects.all():
        default_storage.save(stored.name, ContentFile(b"solid"))
    return order


def codes() -> set[str]:
    return {fault.code for fault in checking.faults(timezone.now())}


def test_what_the_verbs_made_holds(order: Order) -> None:
    assert codes() == set()


def a_step_by_hand(order: Order) -> None:
    order.history.filter(name="place").update(name="deliver")


def a_mail_gone(order: Order) -> None:
    OutgoingEmail.objects.filter(event="placed", audience="customer").delete()


def a_mail_of_nothing(order: Order) -> None:
    mail = OutgoingEmail.objects.filter(event="placed").first()
    assert mail
    mail.pk, mail.key = None, "history:999999:placed:shop"
    mail.save()


def money_out_of_nothing(order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(paid=order.total + 5)


def a_booking_gone(order: Order) -> None:
    LedgerEntry.objects.filter(order=order).delete()


def a_number_skipped(order: Order) -> None:
    Counter.objects.filter(series__startswith="R").update(next=7)


def a_file_gone(order: Order) -> None:
    default_storage.delete(StoredFile.objects.earliest("pk").name)


def a_file_too_many(order: Order) -> None:
    default_storage.save("models/aa/stray", ContentFile(b"x"))
    age("models/aa/stray", days=10)


def a_row_left(order: Order) -> None:
    old = timezone.now() - timedelta(hours=1)
    Measurement.objects.update(state="working", next_try=old)


def age(name: str, days: int) -> None:
    path = Path(default_storage.path(name))
    then = path.stat().st_mtime - days * 86400
    os.utime(path, (then, then))


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (a_step_by_hand, {"entry_changed", "no_such_step"}),
        (a_mail_gone, {"mail_missing"}),
        (a_mail_of_nothing, {"mail_without_deed", "mail_not_owed"}),
        (money_out_of_nothing, {"ledger_differs"}),
        (a_booking_gone, {"ledger_differs"}),
        (a_number_skipped, {"numbers_with_gaps"}),
        (a_file_gone, {"file_missing"}),
        (a_file_too_many, {"file_without_row"}),
        (a_row_left, {"left_undone"}),
    ],
)
def test_damage_is_named(order: Order, damage: Callable[[Order], None], expected: set[str]) -> None:
    damage(order)
    found = codes()
    assert found == expected
    if damage is a_file_too_many:
        default_storage.delete("models/aa/stray")


def test_what_was_left_behind_goes_after_a_week_and_nothing_else(order: Order) -> None:
    kept = StoredFile.objects.earliest("pk").name
    age(kept, days=10)
    for name in ("po/old", "messages/young"):
        default_storage.save(name, ContentFile(b"x"))
    age("po/old", days=8)
    half = StoredFile.objects.create(
        sha256="0" * 64, size=1, name=default_storage.save("models/00/half", ContentFile(b"x"))
    )
    StoredFile.objects.filter(pk=half.pk).update(created_at=timezone.now() - KEPT_AT_LEAST - timedelta(hours=1))
    assert tidy(timezone.now()) == 2
    assert not default_storage.exists("po/old")
    assert not default_storage.exists("models/00/half")
    assert default_storage.exists("messages/young")
    assert default_storage.exists(kept)
    default_storage.delete("messages/young")


PDF = b"%PDF-1.7 order"


def stored(folder: str) -> set[str]:
    try:
        return set(default_storage.listdir(folder)[1])
    except FileNotFoundError:
        return set()


def test_a_purchase_order_that_is_refused_or_repeated_leaves_no_file() -> None:
    factories.make_shop(post_payment_status="")
    order = factories.make_order()
    before = stored("po")
    paid = factories.make_order()
    confirm(paid.pk, amount=paid.total, key="bank:2", method="transfer")
    with pytest.raises(Refused):
        factories.do(
            paid, "provide_po", customer(paid.customer), po_number="1", po_file=SimpleUploadedFile("a.pdf", PDF)
        )
    assert stored("po") == before
    for _ in range(2):
        perform(
            order.pk, "provide_po", actor=customer(order.customer), key="once", po_number="1",
            po_file=SimpleUploadedFile("a.pdf", PDF),
        )  # fmt: skip
    po = PurchaseOrder.objects.get(order=order)
    assert stored("po") - before == {Path(po.file.name).name}
    assert Path(po.file.path).read_bytes() == PDF


def test_a_message_that_is_undone_or_repeated_leaves_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    factories.make_shop()
    order = factories.make_order()
    before, now, anna = stored("messages"), timezone.now(), staff(factories.make_staff("sales"))

    def send() -> None:
        write(order.pk, "See this", actor=anna, key="m1", now=now, files=[SimpleUploadedFile("a b.pdf", PDF)])

    with monkeypatch.context() as patch:
        patch.setattr("orders.workflow.letters._tell", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            send()
    assert stored("messages") == before
    send()
    send()
    attachment = Attachment.objects.get()
    assert stored("messages") - before == {Path(attachment.file.name).name}
    assert (attachment.name, Path(attachment.file.path).read_bytes()) == ("a b.pdf", PDF)


def test_broken_uploads_go_when_nobody_writes_them_any_more() -> None:
    folder = Path(settings.FILE_UPLOAD_TEMP_DIR)
    (folder / "old").write_bytes(b"x")
    (folder / "young").write_bytes(b"x")
    now = time.time()
    for name, age in (("old", 2 * incoming.ABANDONED_AFTER), ("young", 0)):
        os.utime(folder / name, (now - age, now - age))
    incoming.clear()
    assert [path.name for path in folder.iterdir()] == ["young"]
    incoming.clear(younger_too=True)
    assert not list(folder.iterdir())
