"""Files that are no part: each is refused with its reason, none raises or gives a number."""

import os
import tracemalloc
import zipfile

import numpy as np
import pytest

from quoting.geometry import intake, isolate, threemf
from quoting.geometry.intake import recognise
from quoting.geometry.measure import measure
from quoting.geometry.values import REFUSALS, FileRefused
from quoting.words import say
from tests import make_models as make
from tests.make_hostile import EVERY, SLOW
from tests.make_models import DATA

CUBE = make.box((10, 10, 10))
CUBE_STL = make.stl(CUBE)
MODEL = make.model_xml([make.object_xml(1, make.mesh_xml(CUBE))], [make.item_xml(1)])


@pytest.mark.parametrize("hostile", EVERY, ids=lambda one: one.name)
def test_each_gets_its_reason(hostile, saved):
    measurement = measure(saved(hostile.make()))
    if hostile.expected in REFUSALS:
        assert measurement.reason is not None, measurement.measured
        assert measurement.reason.code == hostile.expected
        assert say(measurement.reason)
        return
    assert measurement.measured is not None, measurement.reason
    assert [reason.code for reason in measurement.measured.needs_review] == (
        [hostile.expected] if hostile.expected else []
    )
    if not hostile.expected:
        assert measurement.measured.figures.volume_mm3 == pytest.approx(1000, rel=1e-6)


@pytest.mark.slow
def test_what_takes_too_long_is_ended(saved):
    assert isolate.measure_file(saved(SLOW[0].make()), limits=isolate.Limits(cpu_seconds=1)).reason.code == "time_limit"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["box_mm.step", "asm3.step"])
def test_damaged_step_files_cost_themselves_alone(saved, name):
    """One byte in each is another. A number may have become another number: then there are figures."""
    content = (DATA / name).read_bytes()
    for place in np.random.default_rng(7).integers(0, len(content), 30):
        outcome = isolate.measure_file(saved(content[:place] + b"\x07" + content[place + 1 :]))
        assert (outcome.measured is None) != (outcome.reason is None)
    assert isolate.measure_file(DATA / name).ok


def test_the_reason_tells_what_is_missing(refused):
    assert refused(CUBE_STL[:-70]).params == {"expected": "12", "found": "10"}


def test_a_cube_in_micrometres_read_as_inches_asks_for_another_unit(refused):
    assert refused(make.stl(CUBE * 1000), "in").params == {"size_mm": "254000", "unit": "in"}


def test_an_archive_that_lies_about_its_contents_is_not_inflated(refused):
    archive = make.lying_archive(50_000_000)
    tracemalloc.start()
    assert refused(archive).code == "unreadable"
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


def test_large_members_that_are_no_models_are_not_touched(saved, monkeypatch):
    path = saved(make.threemf(MODEL, Metadata__thumbnail_dot_png=b" " * 50_000_000))
    opened = []
    monkeypatch.setattr(zipfile.ZipFile, "open", _recording(zipfile.ZipFile.open, opened))
    threemf.read(path)
    assert opened == ["3D/3dmodel.model"]


def _recording(function, opened):
    def recording(archive, member, *args, **kwargs):
        opened.append(member.filename)
        return function(archive, member, *args, **kwargs)

    return recording


def test_limits_are_checked_before_reading(tmp_path):
    """Sparse files: their sizes are as large as wanted, and nobody reads them."""
    for size, code in ((intake.MAX_FILE_BYTES + 1, "too_large"), (84 + 50 * 4_100_000, "too_many_triangles")):
        path = tmp_path / code
        path.write_bytes(b"x" * 80 + (4_100_000).to_bytes(4, "little"))
        os.truncate(path, size)
        with pytest.raises(FileRefused) as refusal:
            recognise(path)
        assert refusal.value.reason.code == code
