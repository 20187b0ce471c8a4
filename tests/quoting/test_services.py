"""Files kept once, measured once, and what becomes of those that cannot be."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from django.db.models import ProtectedError
from django.utils import timezone

from config.celery import app
from quoting import deeds, lanes, services, tasks
from quoting.geometry import isolate
from quoting.geometry.values import Measurement as Outcome
from quoting.geometry.values import Reason
from quoting.models import Deed, Measurement, Part, Preview, PriceListVersion, PrintEstimate, StoredFile, Thumbnail
from quoting.pricing.load import demo_catalogue
from quoting.sweep import sweep
from tests.factories import make_draft, make_part
from tests.make_models import DATA, box, sphere, stl

pytestmark = pytest.mark.django_db

CUBE = (DATA / "cube20.stl").read_bytes()
NOW = datetime(2026, 5, 4, 9, 0, tzinfo=timezone.get_default_timezone())
LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "files")},
        }
    }


def receive(content: bytes = CUBE, name: str = "cube.stl", **more: Any) -> Part:
    owner = {"company": None, "user": None, "guest_key": "guest"}
    return services.receive(ContentFile(content, name=name), name=name, now=NOW, **(owner | more))


def blobs(tmp_path: Path) -> list[Path]:
    return sorted(path for path in (tmp_path / "files").rglob("*") if path.is_file())


def answer(monkeypatch: pytest.MonkeyPatch, *outcomes: Outcome) -> list[str]:
    """What the geometry says, one after the other; the calls."""
    calls: list[str] = []

    def measure_file(path: Path, unit: str, body: int, limits: Any) -> Outcome:
        calls.append(unit)
        return outcomes[min(len(calls), len(outcomes)) - 1]

    monkeypatch.setattr(isolate, "measure_file", measure_file)
    return calls


def test_the_same_bytes_are_kept_and_measured_once(tmp_path: Path) -> None:
    first, second = receive(), receive(guest_key="somebody else")
    assert first.pk != second.pk
    assert first.file == second.file
    assert first.measurement == second.measurement
    assert len(blobs(tmp_path)) == 1
    assert blobs(tmp_path)[0].read_bytes() == CUBE


def test_a_blob_has_a_generated_name_and_a_part_a_harmless_one() -> None:
    part = receive(name="../../etc/pass\x00wd\u202e\n<b>lts.stl")
    assert part.name == "passwd <b>lts.stl"
    assert part.file.name.startswith(f"models/{part.file.sha256[:2]}/{part.file.sha256}-")


def test_a_long_name_keeps_its_ending() -> None:
    name = receive(name="x" * 300 + ".step").name
    assert len(name) <= 120
    assert name.endswith("….step")


def test_a_loser_of_the_race_leaves_no_blob(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    winner = receive().file
    real = StoredFile.objects.filter

    class NobodyYet:
        def first(self) -> None:
            monkeypatch.setattr(StoredFile.objects, "filter", real)

    monkeypatch.setattr(StoredFile.objects, "filter", lambda **lookup: NobodyYet())
    assert receive().file == winner
    assert len(blobs(tmp_path)) == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_file_from_many_at_once(tmp_path: Path) -> None:
    def one(number: int) -> int:
        try:
            return receive(guest_key=str(number)).file_id
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        files = set(pool.map(one, range(16)))
    assert len(files) == 1
    assert Part.objects.count() == 16
    assert Measurement.objects.count() == 1
    assert len(blobs(tmp_path)) == 1


def test_no_room_leaves_neither_blob_nor_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(storage: FileSystemStorage, name: str, content: Any) -> str:
        path = Path(default_storage.path(name))
        path.parent.mkdir(parents=True)
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "save", full)
    with pytest.raises(OSError, match="No space"):
        receive()
    assert blobs(tmp_path) == []
    assert not StoredFile.objects.exists()
    assert not Part.objects.exists()


def test_measuring_makes_figures_estimates_and_a_picture(tmp_path: Path) -> None:
    part = receive()
    services.measure(part.measurement_id, NOW)
    measurement = Measurement.objects.get(pk=part.measurement_id)
    assert measurement.is_done
    catalogue = services.current_price_list().catalogue
    shape = services.shape_of(measurement, catalogue)
    assert shape is not None
    assert shape.figures.volume_mm3 == pytest.approx(8000)
    profiles = {profile.key for process in catalogue.processes for profile in process.profiles}
    assert {made.profile for made in shape.estimates} == profiles
    services.draw_thumbnail(measurement.thumbnail.pk, NOW)
    picture = Thumbnail.objects.get(measurement=measurement)
    with default_storage.open(picture.name) as png:
        assert png.read(4) == b"\x89PNG"


def test_a_done_measurement_is_not_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    part = receive()
    services.measure(part.measurement_id, NOW)
    calls = answer(monkeypatch, Outcome(reason=Reason(code="crashed")))
    services.measure(part.measurement_id, LATER)
    assert calls == []


def test_what_somebody_works_on_is_left_alone_until_the_lease_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    part = receive()
    calls = answer(monkeypatch, Outcome(reason=Reason(code="truncated", params={"expected": "2", "found": "1"})))
    assert deeds.claim(Measurement, part.measurement_id, NOW) is not None
    services.measure(part.measurement_id, NOW + deeds.LEASE / 2)
    assert calls == []
    services.measure(part.measurement_id, NOW + deeds.LEASE)
    assert calls == [""]


def test_a_refused_file_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    part = receive(b"\x89PNG not a model at all, but long enough to be looked at" * 3)
    services.measure(part.measurement_id, NOW)
    measurement = Measurement.objects.get(pk=part.measurement_id)
    assert measurement.is_refused
    assert measurement.refusal == Reason(code="not_a_model")
    assert not PrintEstimate.objects.exists()


def test_a_crash_is_tried_once_more_and_then_costs_the_file_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    part = receive()
    calls = answer(monkeypatch, Outcome(reason=Reason(code="crashed")))
    services.measure(part.measurement_id, NOW)
    assert Measurement.objects.get().state == Deed.State.WAITING
    services.measure(part.measurement_id, LATER)
    assert Measurement.objects.get().refusal == Reason(code="crashed")
    assert len(calls) == 2


@pytest.mark.parametrize("code", ["memory_limit", "time_limit"])
def test_a_file_beyond_the_limits_is_not_tried_again(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    part = receive()
    answer(monkeypatch, Outcome(reason=Reason(code=code)))
    services.measure(part.measurement_id, NOW)
    assert Measurement.objects.get().refusal == Reason(code=code)


def test_a_file_that_kills_its_workers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    part = receive()
    calls = answer(monkeypatch, Outcome(reason=Reason(code="crashed")))
    moment = NOW
    for _ in range(deeds.MAX_ATTEMPTS):
        assert deeds.claim(Measurement, part.measurement_id, moment) is not None  # and nothing is heard of it again
        moment += deeds.LEASE
    services.measure(part.measurement_id, moment)
    assert Measurement.objects.get().is_refused
    assert calls == []


def test_another_unit_is_another_measurement() -> None:
    part = receive()
    services.measure(part.measurement_id, NOW)
    services.set_unit(part, "in", NOW)
    services.measure(part.measurement_id, NOW)
    shape = services.shape_of(part.measurement, services.current_price_list().catalogue)
    assert Measurement.objects.count() == 2
    measured = Measurement.objects.get(unit="in").measured
    assert measured is not None
    assert measured.figures.size_mm == pytest.approx((508, 508, 508))
    assert shape is None  # what was read before is not what it is now


def test_estimates_follow_the_profile_of_the_price_list() -> None:
    part = receive()
    services.measure(part.measurement_id, NOW)
    measurement = Measurement.objects.get()
    document = demo_catalogue().model_dump(mode="json")
    document["processes"][0]["profiles"][0]["settings"]["infill"] = 0.5
    changed = type(demo_catalogue()).model_validate(document)
    services.publish(changed)
    profile = changed.processes[0].profiles[0]
    shape = services.shape_of(measurement, changed)
    assert shape is not None
    assert profile.key not in {made.profile for made in shape.estimates}
    (asked,) = services.ask_estimates([(measurement, profile)], NOW)
    services.estimate(asked.pk, NOW)
    shape = services.shape_of(Measurement.objects.get(), changed)
    assert shape is not None
    assert [made.profile for made in shape.estimates].count(profile.key) == 1
    assert services.ask_estimates([(measurement, profile)], NOW) == []


def test_an_estimate_that_cannot_be_made_counts_as_empty() -> None:
    part = receive()
    services.measure(part.measurement_id, NOW)
    PrintEstimate.objects.update(state=Deed.State.REFUSED, result=None)
    shape = services.shape_of(Measurement.objects.get(), services.current_price_list().catalogue)
    assert shape is not None
    assert {made.seconds for made in shape.estimates} == {0}


def test_a_file_goes_with_its_last_part(tmp_path: Path, django_capture_on_commit_callbacks: Any) -> None:
    first, second = receive(), receive()
    services.measure(first.measurement_id, NOW)
    services.draw_thumbnail(Thumbnail.objects.get().pk, NOW)
    with django_capture_on_commit_callbacks(execute=True):
        services.forget_part(first)
    assert len(blobs(tmp_path)) == 2
    with django_capture_on_commit_callbacks(execute=True):
        services.forget_part(second)
    assert blobs(tmp_path) == []
    assert not StoredFile.objects.exists()


def test_a_part_in_an_order_is_not_forgotten() -> None:
    make_draft(None, complete=False)
    part = Part.objects.get()
    with pytest.raises(ProtectedError):
        services.forget_part(part)
    services.forget_part(make_part())
    assert Part.objects.get() == part


def test_bodies_become_parts_of_their_own() -> None:
    part = receive((DATA / "asm3.step").read_bytes(), "bracket.step")
    assert services.split(part, None, NOW) == []  # nobody knows yet
    services.measure(part.measurement_id, NOW)
    made = services.split(Part.objects.get(), None, NOW)
    assert [(one.name, one.body, copies) for one, copies in made] == [
        ("bracket.step · body 1", 1, 1),
        ("bracket.step · body 2", 2, 1),
        ("bracket.step · body 3", 3, 1),
    ]
    assert {one.guest_key for one, _ in made} == {"guest"}
    for one, _ in made:
        services.measure(one.measurement_id, NOW)
    volumes = [m.measured.figures.volume_mm3 for m in Measurement.objects.order_by("body") if m.measured]
    assert sum(volumes[1:]) == pytest.approx(volumes[0])
    services.set_unit(made[0][0], "cm", NOW)
    assert Measurement.objects.get(unit="cm").body == 1


def test_a_body_keeps_the_file_of_the_part_that_is_forgotten(
    tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    part = receive((DATA / "four_bodies.stl").read_bytes())
    services.measure(part.measurement_id, NOW)
    ((body, copies),) = services.split(Part.objects.get(), None, NOW)
    assert copies == 4
    with django_capture_on_commit_callbacks(execute=True):
        services.forget_part(part)
    assert len(blobs(tmp_path)) == 1
    with django_capture_on_commit_callbacks(execute=True):
        services.forget_part(body)
    assert blobs(tmp_path) == []


def test_a_preview_is_made_when_asked_for_and_goes_with_the_file(
    tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    part = receive()
    services.measure(part.measurement_id, NOW)
    assert not Preview.objects.exists()
    asked = services.ask_preview(part.measurement, NOW)
    assert services.ask_preview(part.measurement, NOW) == asked
    services.make_preview(asked.pk, NOW)
    made = Preview.objects.get()
    assert made.state == Deed.State.DONE
    with default_storage.open(made.name) as file:
        assert file.read(4) == b"glTF"
    with django_capture_on_commit_callbacks(execute=True):
        services.forget_part(part)
    assert blobs(tmp_path) == []
    assert not Preview.objects.exists()


def test_no_preview_of_what_is_no_model(tmp_path: Path) -> None:
    part = receive(b"no model at all" * 20)
    asked = services.ask_preview(part.measurement, NOW)
    services.make_preview(asked.pk, NOW)
    assert Preview.objects.get().state == Deed.State.REFUSED
    assert len(blobs(tmp_path)) == 1


def test_the_unit_is_asked_about_only_when_it_makes_no_sense() -> None:
    part, small = receive(), receive(stl(box((2, 1, 1))))
    assert services.unit_question(small.measurement) is None  # not measured yet
    for one in (part, small):
        services.measure(one.measurement_id, NOW)
    assert services.unit_question(Measurement.objects.get(pk=part.measurement_id)) is None
    question = services.unit_question(Measurement.objects.get(pk=small.measurement_id))
    assert question is not None
    assert question.unit == "in"


def test_what_takes_long_goes_on_in_the_slow_lane(monkeypatch: pytest.MonkeyPatch) -> None:
    part = receive()
    seen: list[int] = []

    def measure_file(path: Path, unit: str, body: int, *, limits: isolate.Limits) -> Outcome:
        seen.append(limits.cpu_seconds)
        return Outcome(reason=Reason(code="time_limit"))

    monkeypatch.setattr(isolate, "measure_file", measure_file)
    services.measure(part.measurement_id, NOW)
    assert seen == [lanes.QUICK.limits["cpu_seconds"], isolate.Limits().cpu_seconds]
    assert Measurement.objects.get().refusal == Reason(code="time_limit")


def test_a_full_slow_lane_keeps_only_slow_files_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    slow, quick = receive(), receive(stl(box()))
    Measurement.objects.filter(pk=slow.measurement_id).update(slow=True)
    monkeypatch.setattr(lanes, "_slow_places", threading.BoundedSemaphore(1))
    with lanes.place_for(Measurement, slow.measurement_id) as lane:
        assert lane == lanes.SLOW
        services.measure_next(slow.measurement_id, NOW)
        assert Measurement.objects.get(pk=quick.measurement_id).is_done
        services.measure_next(slow.measurement_id, NOW)
        waiting = Measurement.objects.get(pk=slow.measurement_id)
        assert (waiting.state, waiting.attempts) == (Deed.State.WAITING, 0)
    services.measure_next(slow.measurement_id, NOW)
    assert Measurement.objects.get(pk=slow.measurement_id).is_done


def test_small_files_come_first_but_not_for_ever() -> None:
    large, small = receive(stl(sphere(20))), receive()
    told = large.measurement_id
    assert list(lanes.in_turn(told, NOW))[:2] == [small.measurement_id, told]
    Measurement.objects.filter(pk=told).update(created_at=NOW - 2 * lanes.LONG)
    assert next(lanes.in_turn(told, NOW)) == told


def test_a_large_file_is_slow_from_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "SLOW_BYTES", 500)
    assert receive().measurement.slow


def test_a_sweep_without_a_broker_does_the_work() -> None:
    receive()
    assert sweep(NOW, announce=False) == 2  # the measurement with its estimates, and the picture
    assert Measurement.objects.get().is_done
    assert Thumbnail.objects.get().state == Deed.State.DONE
    assert sweep(LATER, announce=False) == 0


def test_a_sweep_with_a_broker_tells_workers_and_does_not_repeat_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, list[int]]] = []
    monkeypatch.setattr(app, "publish", lambda name, args: told.append((name, args)))
    part = receive()
    told.clear()
    assert sweep(NOW) == 1
    assert told == [("quoting.tasks.measure", [part.measurement_id])]
    assert sweep(NOW + deeds.PATIENCE / 2) == 0
    services.measure(part.measurement_id, NOW + deeds.PATIENCE / 2)  # the message arrives late: done all the same
    assert Measurement.objects.get().is_done


def test_a_broker_that_is_gone_fails_nobody(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def gone(name: str, args: list[int]) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr(app, "silent_until", 0.0)
    monkeypatch.setattr(app, "publish", gone)
    with django_capture_on_commit_callbacks(execute=True):
        receive()
    assert Measurement.objects.get().state == Deed.State.WAITING
    assert sweep(NOW) == 2  # done here and now
    assert Measurement.objects.get().is_done


def test_every_task_is_known_by_the_name_under_which_it_is_sent() -> None:
    names = {task.name for task in (tasks.measure, tasks.estimate, tasks.draw_thumbnail, tasks.make_preview)}
    assert names <= set(deeds.TASKS.values())


def test_a_new_shop_starts_with_the_demo_catalogue() -> None:
    assert services.current_price_list().catalogue == demo_catalogue()
    assert PriceListVersion.objects.count() == 1


def test_publishing_takes_the_next_number() -> None:
    first = services.current_price_list()
    assert services.publish(demo_catalogue()).number == first.number + 1
    assert services.current_price_list().number == first.number + 1
