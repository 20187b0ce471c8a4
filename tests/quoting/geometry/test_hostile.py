"""Files that are no part: each is refused with its reason, none raises or gives a number."""

import os
import tracemalloc
import zipfile

import numpy as np
import pytest

from quoting.geometry import intake, threemf
from quoting.geometry.intake import recognise
from quoting.geometry.values import REFUSALS, FileRefused
from tests import make_models as make

CUBE = make.box((10, 10, 10))
CUBE_STL = make.stl(CUBE)
CUBE_OBJECT = make.object_xml(1, make.mesh_xml(CUBE))
MODEL = make.model_xml([CUBE_OBJECT], [make.item_xml(1)])
BROKEN = CUBE.copy()
BROKEN[5, 1, 2] = np.nan
BEYOND = CUBE.copy()
BEYOND[5, 1, 2] = np.inf
GLB = b"glTF" + b"\2\0\0\0" * 30
OBJ = b"# exported\nv 1.0 2.0 3.0\nv 1 2 4\nf 1 2 3\n" * 5
CYCLE = [make.object_xml(i, make.components_xml(make.component_xml(3 - i))) for i in (1, 2)]
CHAIN = [
    make.object_xml(1, make.mesh_xml(CUBE)),
    *(make.object_xml(i, make.components_xml(make.component_xml(i - 1))) for i in range(2, 41)),
]

CASES = {
    "empty": (b"", "empty_file"),
    "a picture": (make.png(), "not_a_model"),
    "a web page": (b"<!DOCTYPE html><html><body>404 not found</body></html>" * 10, "not_a_model"),
    "noise": (np.random.default_rng(1).bytes(5000), "not_a_model"),
    "a letter": (b"Dear Sirs, please find attached our part. " * 9, "not_a_model"),
    "only zeros": (bytes(5000), "not_a_model"),
    "a GLB": (GLB, "unsupported_format"),
    "an OBJ": (OBJ, "unsupported_format"),
    "another archive": (make.threemf("").replace(b"3D/3dmodel", b"3X/3dmodel"), "unsupported_format"),
    "STL cut off": (CUBE_STL[:-70], "truncated"),
    "STL with a count too small": (make.stl(np.concatenate([CUBE] * 9), announced=12), "truncated"),
    "STL without triangles": (make.stl(CUBE[:0]), "no_triangles"),
    "STL with NaN": (make.stl(BROKEN), "not_finite"),
    "STL with infinity": (make.stl(BEYOND), "not_finite"),
    "STL in one place": (make.stl(CUBE * 0 + 3), "zero_size"),
    "STL of needles": (make.stl(CUBE[:, [0, 1, 1]]), "no_triangles"),
    "STL as small as dust": (make.stl(CUBE * 1e-6), "implausible_size"),
    "STL as large as a house": (make.stl(CUBE * 1e4), "implausible_size"),
    "STL as large as a float": (make.stl(CUBE * 1e37), "implausible_size"),
    "text STL cut off": (make.text_stl(CUBE)[:-300], "truncated"),
    "text STL with decimal commas": (make.text_stl(CUBE).replace(b".", b","), "unreadable"),
    "text STL with NaN": (make.text_stl(BROKEN), "not_finite"),
    "text STL with four corners": (make.text_stl(CUBE).replace(b"outer loop", b"vertex 0 0 0", 1), "unreadable"),
    "text STL without facets": (b"solid nothing\nendsolid nothing\n", "no_triangles"),
    "3MF cut off": (make.threemf(MODEL)[:-80], "unreadable"),
    "3MF with broken XML": (make.threemf(MODEL[:-40]), "unreadable"),
    "3MF with a DOCTYPE": (
        make.threemf(make.model_xml([CUBE_OBJECT], [make.item_xml(1)], before='<!DOCTYPE m [<!ENTITY a "b">]>')),
        "unsafe_xml",
    ),
    "3MF with a DOCTYPE in UTF-16": (
        make.threemf(MODEL.replace('"UTF-8"?>', '"UTF-16"?><!DOCTYPE model>').encode("utf-16")),
        "unsafe_xml",
    ),
    "3MF with an unknown unit": (make.threemf(MODEL.replace("millimeter", "parsec")), "unreadable"),
    "3MF without a build": (make.threemf(make.model_xml([CUBE_OBJECT], [])), "no_triangles"),
    "3MF with a corner that is not there": (make.threemf(MODEL.replace('v1="0"', 'v1="99"')), "unreadable"),
    "3MF with a negative corner": (make.threemf(MODEL.replace('v1="0"', 'v1="-1"')), "unreadable"),
    "3MF with NaN": (make.simple_threemf(BROKEN), "not_finite"),
    "3MF with an unknown object": (make.threemf(make.model_xml([CUBE_OBJECT], [make.item_xml(5)])), "unreadable"),
    "3MF with a bad transform": (
        make.threemf(make.model_xml([CUBE_OBJECT], [make.item_xml(1, "1 0 0")])),
        "unreadable",
    ),
    "3MF with a circle": (make.threemf(make.model_xml(CYCLE, [make.item_xml(1)])), "circular_components"),
    "3MF with ten million cubes": (make.component_expansion(levels=7, per_level=10), "too_many_components"),
    "3MF nested deeply": (make.threemf(make.model_xml(CHAIN, [make.item_xml(40)])), "too_many_components"),
    "3MF nested deeply, inner ones first": (
        make.threemf(make.model_xml(CHAIN, [make.item_xml(i) for i in range(1, 41)])),
        "too_many_components",
    ),
    "3MF with many members": (make.threemf(MODEL, **{f"part{i}": "x" for i in range(250)}), "suspicious_archive"),
    "3MF of blanks": (make.threemf(MODEL.replace("<build>", "<build>" + " " * 3_000_000)), "suspicious_archive"),
    "STEP cut off": (make.step_in("m")[:3000], "unreadable"),
    "STEP of nothing": (b"ISO-10303-21;\nHEADER;\nENDSEC;\nDATA;\nENDSEC;\nEND-ISO-10303-21;\n", "unreadable"),
}


@pytest.mark.parametrize(("content", "code"), CASES.values(), ids=CASES)
def test_refused(refused, content, code):
    reason = refused(content)
    assert (reason.code, reason.code in REFUSALS) == (code, True)


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
