"""What must be true of every order, its mails, money, papers and files: the checks of `manage.py verify`.

Reads only. Each check yields faults; none means that it holds.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Sum

from notifications.matrix import EVENTS
from notifications.models import OutgoingEmail
from orders.inventory import KEPT_AT_LEAST, missing_files, stray_files, unused_files
from orders.models import Counter, Document, HistoryEntry, LedgerEntry, Message, Order, ProviderEvent, Shipment
from orders.models.status import Status
from orders.workflow.door import RULES, TARGETS
from orders.workflow.history import first_fault
from quoting.models import Deed, Measurement, Preview, PrintEstimate, Thumbnail

STUCK_AFTER = timedelta(minutes=10)  # a sweep comes every 20 s, a lease is a minute
KINDS: tuple[type[Deed], ...] = (Measurement, PrintEstimate, Thumbnail, Preview, Document, ProviderEvent)
# What a payment or a refund may tell besides; which of them depends on what was open at the time.
MONEY_EVENTS = {"payment": {"paid", "part_payment", "payment_problem"}, "refund": {"refund"}}


@dataclass(frozen=True, slots=True)
class Fault:
    code: str
    about: str
    words: str = ""

    def __str__(self) -> str:
        return f"{self.about}: {self.code} {self.words}".rstrip()


def faults(now: datetime) -> Iterator[Fault]:
    """All of them, one kind after the other."""
    for order in Order.objects.exclude(history_head="").order_by("pk").iterator():
        for check in OF_AN_ORDER:
            yield from check(order)
    yield from strange_mails()
    yield from numbers()
    yield from stuck(now)
    yield from files(now)


def chain(order: Order) -> Iterator[Fault]:
    if found := first_fault(order):
        entry, code = found
        yield Fault(code, str(order), f"at entry {entry.pk} ({entry})" if entry else "")


def steps(order: Order) -> Iterator[Fault]:
    """The history goes by the table of transitions, without a jump, to the status in which the order is."""
    at: str = Status.DRAFT
    for entry in order.history.order_by("id"):
        if entry.from_status != at:
            yield Fault("history_jumps", str(order), f"at entry {entry.pk} ({entry})")
        if entry.kind != HistoryEntry.Kind.STATUS:
            legal = entry.from_status == entry.to_status
        else:
            legal = entry.name in RULES and TARGETS[entry.name] in ("", entry.to_status)
        if not legal:
            yield Fault("no_such_step", str(order), f"at entry {entry.pk} ({entry})")
        at = entry.to_status
    if at != order.status:
        yield Fault("status_without_history", str(order), f"{at} on record, {order.status} in fact")


def mails(order: Order) -> Iterator[Fault]:
    """Each step and message owes what the matrix says, and nothing else."""
    owed: set[str] = set()
    perhaps: set[str] = set()
    for entry in order.history.all():
        if entry.kind == HistoryEntry.Kind.STATUS and entry.to_status in EVENTS:
            owed |= _keys(f"history:{entry.pk}", entry.to_status, () if entry.mailed_customer else ("customer",))
        for event in MONEY_EVENTS.get(entry.name, ()):
            perhaps |= _keys(f"history:{entry.pk}", event)
    for message in order.messages.filter(internal=False):
        owed |= _keys(f"message:{message.pk}", "message", ("shop" if message.from_shop else "customer",))
    rows = OutgoingEmail.objects.filter(about=f"order:{order.pk}").values_list("key", flat=True)
    there = {key for key in rows if key.startswith(("history:", "message:"))}
    yield from (Fault("mail_missing", str(order), key) for key in sorted(owed - there))
    yield from (Fault("mail_not_owed", str(order), key) for key in sorted(there - owed - perhaps))


def _keys(deed: str, event: str, skip: tuple[str, ...] = ()) -> set[str]:
    return {f"{deed}:{event}:{audience}" for audience in EVENTS[event].audiences if audience not in skip}


def money(order: Order) -> Iterator[Fault]:
    """What the order says of its money is the sum of its ledger."""
    sums = dict(order.ledger.order_by().values_list("kind").annotate(sum=Sum("amount")))
    returned = order.ledger.filter(of_surplus=True).aggregate(sum=Sum("amount"))["sum"]
    kept = (
        ("paid", order.paid, sums.get(LedgerEntry.Kind.PAYMENT)),
        ("refunded", order.refunded, sums.get(LedgerEntry.Kind.REFUND)),
        ("credited", order.credited, sums.get(LedgerEntry.Kind.CREDIT_NOTE)),
        ("surplus_returned", order.surplus_returned, returned),
    )
    for name, said, booked in kept:
        if said != (booked or Decimal(0)):
            yield Fault("ledger_differs", str(order), f"{name} {said}, booked {booked or 0}")
    for entry in order.ledger.filter(kind=LedgerEntry.Kind.PAYMENT):
        if not order.history.filter(key=f"ledger:{entry.key}").exists():
            yield Fault("payment_without_history", str(order), f"ledger entry {entry.pk}")


OF_AN_ORDER: tuple[Callable[[Order], Iterator[Fault]], ...] = (chain, steps, mails, money)


def strange_mails() -> Iterator[Fault]:
    """Mails about deeds that are not there (any more), which would have been told of something undone."""
    known: dict[str, set[str]] = {
        "history": {str(pk) for pk in HistoryEntry.objects.values_list("pk", flat=True).iterator()},
        "message": {str(pk) for pk in Message.objects.values_list("pk", flat=True).iterator()},
        "shipment": {str(pk) for pk in Shipment.objects.values_list("pk", flat=True).iterator()},
    }
    for key in OutgoingEmail.objects.values_list("key", flat=True).iterator():
        deed, _, rest = key.partition(":")
        if deed in known and rest.partition(":")[0] not in known[deed]:
            yield Fault("mail_without_deed", key)


def numbers() -> Iterator[Fault]:
    """Invoices, credit notes and receipts: 1, 2, 3 … in every series, and the counter stands behind the last."""
    for counter in Counter.objects.order_by("series"):
        given = Document.objects.filter(series=counter.series).order_by("sequence")
        found = list(given.values_list("sequence", flat=True))
        if found != list(range(1, counter.next)):
            yield Fault("numbers_with_gaps", counter.series, f"{len(found)} given, the next is {counter.next}")


def stuck(now: datetime) -> Iterator[Fault]:
    """Rows that a worker or the sweep should have taken long ago."""
    for kind in KINDS:
        waiting = kind._default_manager.filter(state__in=["waiting", "working"], next_try__lt=now - STUCK_AFTER)
        for pk in waiting.values_list("pk", flat=True):
            yield Fault("left_undone", f"{kind.__name__} {pk}")
    mails_due = OutgoingEmail.objects.filter(state__in=["waiting", "sending"], next_try__lt=now - STUCK_AFTER)
    for key in mails_due.values_list("key", flat=True):
        yield Fault("left_undone", f"mail {key}")


def files(now: datetime) -> Iterator[Fault]:
    """No row without its file; no file without a row but those that the sweep is still going to take away."""
    yield from (Fault("file_missing", name) for name in missing_files())
    yield from (Fault("file_without_row", name) for name in stray_files(now - KEPT_AT_LEAST - timedelta(days=2)))
    yield from (Fault("file_without_part", one.name) for one in unused_files(now - KEPT_AT_LEAST - timedelta(days=2)))
