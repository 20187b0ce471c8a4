"""The verbs on a draft, and what the clock does to guests' drafts."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from orders import drafts, pricing
from orders.models import Order, OrderLine
from orders.selection import first_fitting, valid
from orders.workflow.actors import customer, staff
from orders.workflow.deed import Refused
from quoting.models import Measurement, Part, StoredFile
from quoting.pricing.contract import Selection
from quoting.pricing.load import demo_catalogue
from tests.factories import make_customer, make_draft, make_part, make_price_list, make_shop, make_staff, place

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)
GUEST = customer(None)
CATALOGUE = demo_catalogue()


def draft(guest_key: str = "guest") -> Order:
    make_price_list()
    return drafts.start(company=None, user=None, guest_key=guest_key)


def with_line(order: Order, part: Part | None = None) -> OrderLine:
    drafts.add_parts(order.pk, [part or make_part(guest_key=order.guest_key)], actor=GUEST)
    line = order.lines.last()
    assert line is not None
    return line


def change(line: OrderLine, **changes: object) -> None:
    told = {"choice": line.choice, "quantity": line.quantity, "note": line.note, "actor": GUEST, **changes}
    drafts.change_line(line.order_id, line.pk, **told)


def fresh(line: OrderLine) -> OrderLine:
    return OrderLine.objects.get(pk=line.pk)


def test_a_part_starts_with_what_gives_a_price() -> None:
    line = with_line(draft())
    assert line.choice == first_fitting(CATALOGUE, None)
    assert (line.process, line.material) == (line.choice.process, line.choice.material)


def test_prices_follow_and_the_version_counts() -> None:
    order = draft()
    line = with_line(order)
    change(line, choice=valid(CATALOGUE, Selection(process="sls")), quantity=4)
    after = Order.objects.get(pk=order.pk)
    price = after.price
    assert price is not None
    assert after.version == 2
    assert fresh(line).net == price.lines[0].net
    assert (after.net, after.tax, after.total) == (price.net, price.tax, price.gross)
    assert after.net + after.tax == after.total


def test_a_stale_version_changes_nothing() -> None:
    order = draft()
    line = with_line(order)
    with pytest.raises(Refused, match="changed_meanwhile"):
        change(line, quantity=5, version=0)
    assert fresh(line).quantity == 1


def test_positions_go_on_after_a_removal() -> None:
    order = draft()
    first, second = with_line(order), with_line(order)
    drafts.remove_line(order.pk, first.pk, actor=GUEST)
    drafts.duplicate_line(order.pk, second.pk, actor=GUEST)
    assert [line.position for line in order.lines.all()] == [2, 3]
    assert Part.objects.count() == 2  # removing a line leaves the part among the customer's parts


def test_a_duplicate_is_priced_by_itself() -> None:
    order = draft()
    line = with_line(order)
    change(line, choice=valid(CATALOGUE, Selection(process="sls")), note="smooth, please")
    drafts.duplicate_line(order.pk, line.pk, actor=GUEST)
    one, two = order.lines.all()
    assert (one.part, one.note, one.selection) == (two.part, two.note, two.selection)
    assert one.net is not None and two.net is not None
    assert one.net >= two.net  # what is charged once per order falls on the first


@pytest.mark.parametrize("process", [process.key for process in CATALOGUE.processes])
def test_a_choice_is_always_completed_to_one_that_is_offered(process: str) -> None:
    wanted = Selection(
        process=process, material="nylon of the future", finish="x", colour="x", profile="x", lead_time="x"
    )
    assert valid(CATALOGUE, valid(CATALOGUE, wanted)) == valid(CATALOGUE, wanted)
    made = next(one for one in CATALOGUE.processes if one.key == process)
    assert valid(CATALOGUE, wanted).material == made.materials[0].key


def test_a_line_of_another_order_is_not_touched() -> None:
    order, other = draft(), draft("other")
    line = with_line(other)
    with pytest.raises(Refused):
        drafts.remove_line(order.pk, line.pk, actor=GUEST)
    assert fresh(line)


def test_only_a_refused_file_is_kept_as_to_be_quoted() -> None:
    order = draft()
    good, bad = with_line(order), with_line(order, make_part(state="refused"))
    with pytest.raises(Refused):
        drafts.keep_unmeasured(order.pk, good.pk, actor=GUEST)
    drafts.keep_unmeasured(order.pk, bad.pk, actor=GUEST)
    assert fresh(bad).quote_by_hand
    assert fresh(bad).state == "to_be_quoted"
    codes = {(reason["code"], reason["params"].get("line")) for reason in Order.objects.get(pk=order.pk).review_reasons}
    assert ("not_measured", bad.name) in codes


def test_another_unit_leaves_other_orders_alone() -> None:
    owner = make_customer()
    placed = place(make_draft(owner))
    part = placed.lines.get().part
    assert part is not None
    order = drafts.start(company=owner.company, user=owner)
    drafts.add_parts(order.pk, [part], actor=customer(owner))
    line = order.lines.get()
    drafts.duplicate_line(order.pk, line.pk, actor=customer(owner))
    drafts.set_unit(order.pk, line.pk, "in", actor=customer(owner), now=NOW)
    changed = {one.part_id for one in order.lines.all()}
    assert len(changed) == 1
    assert placed.lines.get().part == part
    assert placed.lines.get().part.measurement.unit == ""
    assert Part.objects.get(pk=changed.pop()).measurement.unit == "in"
    assert order.lines.first().state == "working"


def test_a_placed_order_is_fixed() -> None:
    order = place(make_draft(make_customer()))
    line = order.lines.get()
    for verb in (drafts.remove_line, drafts.duplicate_line, drafts.keep_unmeasured):
        with pytest.raises(Refused, match="lines_fixed"):
            verb(order.pk, line.pk, actor=staff(make_staff("sales")))


def test_an_estimate_that_is_missing_is_asked_for() -> None:
    line = with_line(draft())
    measurement = Measurement.objects.get()
    assert fresh(line).state == "working"
    asked = measurement.estimates.get()
    assert (asked.profile, asked.state) == (line.choice.profile, "waiting")


def test_a_draft_is_stale_when_what_it_waits_for_is_there() -> None:
    order = draft()
    with_line(order, make_part(state="waiting"))
    order.refresh_from_db(fields=["breakdown", "price_list"])
    assert not pricing.is_stale(order, pricing.priced_lines(order))
    Measurement.objects.update(state="refused", reason={"code": "not_a_model", "params": {}})
    assert pricing.is_stale(order, pricing.priced_lines(order))


# --- review


def reasons(order: Order) -> list[str]:
    drafts.refresh(order.pk, actor=GUEST)
    return [reason["code"] for reason in Order.objects.get(pk=order.pk).review_reasons]


def test_thresholds() -> None:
    order = draft()
    line = with_line(order)
    change(line, choice=valid(CATALOGUE, Selection(process="sls")), quantity=4)
    net = fresh(line).net
    assert net is not None
    for settings, expected in (
        ({"review_mode": "instant", "review_quantity": 1}, []),
        ({"review_mode": "threshold", "review_quantity": 4}, ["review_quantity"]),
        ({"review_quantity": 5}, []),
        ({"review_quantity": None, "review_line_value": net}, ["review_line_value"]),
        ({"review_line_value": net + 1}, []),
        ({"review_line_value": None, "review_order_value": Decimal(0)}, ["review_order_value"]),
        ({"review_mode": "manual"}, ["review_manual"]),
    ):
        make_shop(**settings)
        assert reasons(order) == expected


def test_to_be_determined_hides_the_price_of_drafts() -> None:
    order = draft()
    with_line(order)
    make_shop(review_mode="tbd")
    assert reasons(order) == ["review_manual"]
    assert Order.objects.get(pk=order.pk).price_hidden
    make_shop(review_mode="instant")
    assert reasons(order) == []
    assert not Order.objects.get(pk=order.pk).price_hidden


# --- guests


def test_claiming_twice_and_with_no_key_is_harmless() -> None:
    order = draft()
    with_line(order)
    user, other = make_customer(), make_customer()
    drafts.claim("guest", user)
    drafts.claim("guest", other)
    drafts.claim("", other)
    assert Order.objects.get(pk=order.pk).customer == user
    assert Part.objects.get().company == user.company


def test_guests_drafts_and_files_go_after_thirty_days() -> None:
    old, young, owned = draft("a"), draft("b"), drafts.start(company=None, user=make_customer())
    with_line(old)
    with_line(young)
    late = NOW + timedelta(days=31)
    Order.objects.filter(pk=young.pk).update(created_at=late)
    Part.objects.filter(guest_key="b").update(created_at=late)
    assert drafts.forget_old_guest_drafts(late) == 1
    assert set(Order.objects.all()) == {young, owned}
    assert [part.guest_key for part in Part.objects.all()] == ["b"]
    assert StoredFile.objects.count() == 1
    assert drafts.forget_old_guest_drafts(late) == 0


def test_a_file_that_a_customer_has_too_stays() -> None:
    order = draft()
    line = with_line(order)
    part = line.part
    assert part is not None
    kept = make_customer()
    Part.objects.create(company=kept.company, file=part.file, measurement=part.measurement, name="mine.stl")
    drafts.forget_old_guest_drafts(NOW + timedelta(days=31))
    assert [one.name for one in Part.objects.all()] == ["mine.stl"]
    assert StoredFile.objects.exists()
