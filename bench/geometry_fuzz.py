"""Good files, spoilt in many ways; each must end with figures or a reason: `python -m bench.geometry_fuzz [COUNT] [FOLDER] [SEED]`.

Bits flipped, ends cut off, stretches repeated, swapped or overwritten by NaN and huge numbers, headers that lie. FOLDER holds
the good files; without it the tests' own are taken, and one of each format that is not among them. Every file goes through the
front door, a child with limits. Of broken STEP and IGES files OpenCASCADE itself crashes now and then: the child ends, the
customer reads so, and nothing else happens.

Where a spoilt file still gets figures that no review is asked for, trimesh reads it too, in a child of its own, and the
volumes are compared: what differs is kept to be looked at, as one of the two is wrong. (STEP and IGES are not compared:
trimesh reads them with the same library.) Exit status 1 when our own code crashed, or a file took longer than it may.
"""

import random
import struct
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
from django.conf import settings

from quoting.geometry.isolate import Limits, Ok, measure_file
from quoting.geometry.isolate import run as run_in_child
from quoting.geometry.values import UNIT_MM, Measurement
from quoting.words import say
from tests import make_models as make

DATA = Path(__file__).parents[1] / "tests" / "data"
KINDS = {".stl", ".3mf", ".step", ".stp", ".obj", ".ply", ".glb", ".igs", ".iges"}
CAD = {".step", ".stp", ".igs", ".iges"}
LARGEST = 500_000  # bytes: what is spoilt is told sooner in a small file
NUMBERS = [struct.pack("<f", number) for number in (float("nan"), float("inf"), 3e38, -1e30, 1e-40)]
SAME_VOLUME = 1e-4  # the share by which ours and trimesh's may differ: single precision, other orders of summing
COUNTS = [struct.pack("<I", number) for number in (0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 4_000_001)]


def spoilt(good: bytes, chance: random.Random) -> bytes:
    """The file with one to three things wrong."""
    data = bytearray(good)
    for _ in range(chance.choice((1, 1, 2, 3))):
        size = max(1, len(data))
        here, there = sorted((chance.randrange(size), chance.randrange(size)))
        length = chance.randrange(1, 200)
        match chance.randrange(9):
            case 0:
                for _ in range(chance.choice((1, 1, 8, 64))):
                    if data:
                        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            case 1:
                del data[there:]
            case 2:
                del data[here : here + length]
            case 3:
                data[there:there] = data[here : here + length]
            case 4:
                data[here : here + length], data[there : there + length] = (
                    data[there : there + length],
                    data[here : here + length],
                )
            case 5:
                data[here : here + 4] = chance.choice(NUMBERS)
            case 6:
                place = chance.choice((80, 8, 12, here))
                data[place : place + 4] = chance.choice(COUNTS)
            case 7:
                data[here : here + length] = chance.randbytes(length)
            case 8:
                digit = data.find(b".", here)
                data[digit : digit + 1] = chance.choice((b"e9", b"nan", b"-", b",", b"#", b"<"))
    return bytes(data)


def good_files(folder: Path) -> list[tuple[str, bytes]]:
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in KINDS)
    return [(path.suffix.lower(), path.read_bytes()) for path in paths if path.stat().st_size <= LARGEST]


def made_files() -> list[tuple[str, bytes]]:
    """A ball beside a box, in the formats of which the tests keep no file."""
    part = np.concatenate([make.sphere(5, 8, 12), make.box((10, 20, 30), at=(40, 0, 0))])
    bar = make.object_xml(1, make.mesh_xml(make.box((10, 2, 3))))
    pair = make.object_xml(
        2, make.components_xml(make.component_xml(1), make.component_xml(1, "1 0 0 0 1 0 0 0 1 20 0 0"))
    )
    nodes = [{"children": [1, 2]}, {"mesh": 0}, {"mesh": 0, "translation": [0.1, 0, 0], "scale": [2, 2, 2]}]
    return [
        (".stl", make.text_stl(part)),
        (".obj", make.obj(part)),
        *((".ply", make.ply(part, order)) for order in ("ascii", "binary_little_endian", "binary_big_endian")),
        (".glb", make.glb(part / 1000)),
        (".glb", make.glb(part / 1000, make.glb_document(part, nodes))),
        (".3mf", make.simple_threemf(part)),
        (
            ".3mf",
            make.threemf(
                make.model_xml([bar, pair], [make.item_xml(2), make.item_xml(1, "-1 0 0 0 1 0 0 0 1 -5 0 0")])
            ),
        ),
    ]


def peer_volume(path: str, kind: str) -> float:
    """What trimesh finds, in the file's own unit. Called in a child."""
    import trimesh

    with Path(path).open("rb") as file:
        return float(trimesh.load_scene(file, file_type=kind.lstrip(".")).to_mesh().volume)


class Said(NamedTuple):
    codes: Counter[str]
    slowest: float  # s
    differing: list[str]  # files whose volume trimesh finds to be another


def run(count: int, folder: Path = DATA, seed: int = 1, compared: bool = True) -> Said:
    """What was said of so many spoilt files, how often."""
    chance = random.Random(seed)
    files = good_files(folder) + (made_files() if folder == DATA else [])
    said: Counter[str] = Counter()
    slowest = 0.0
    differing: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "upload"
        for number in range(count):
            kind, good = files[number % len(files)]
            content = spoilt(good, chance)
            path.write_bytes(content)
            started = time.monotonic()
            found = measure_file(path)
            slowest = max(slowest, time.monotonic() - started)
            code = _code(found, kind)
            if code == "figures" and compared and kind not in CAD and (difference := _difference(found, path, kind)):
                code = "figures, trimesh's differ"
                differing.append(f"{_kept(seed, number, content, kind)}: {difference}")
            elif code == "crashed":
                print(f"crashed: {_kept(seed, number, content, kind)}", file=sys.stderr)
            said[code] += 1
    return Said(said, slowest, differing)


def _code(found: Measurement, kind: str) -> str:
    reviews = found.measured.needs_review if found.measured else ()
    for reason in (found.reason, *reviews):
        assert reason is None or say(reason), reason  # no code without words
    if found.reason is None:
        return "+".join(review.code for review in reviews) or "figures"
    return "crashed in OpenCASCADE" if found.reason.code == "crashed" and kind in CAD else found.reason.code


def _difference(found: Measurement, path: Path, kind: str) -> str:
    """In what trimesh's answer differs; "" where it does not, or has none."""
    assert found.measured
    answer = run_in_child("bench.geometry_fuzz:peer_volume", str(path), kind)
    figures = found.measured.figures
    scale = UNIT_MM[figures.unit] ** 3
    if not isinstance(answer, Ok) or found.measured.healing is None or found.measured.healing.changed:
        return ""
    theirs = abs(answer.value) * scale
    if theirs == 0:  # trimesh's way to say that it could not read a file
        return ""
    if abs(theirs - figures.volume_mm3) <= SAME_VOLUME * figures.volume_mm3:
        return ""
    return f"{figures.volume_mm3:.6g} mm³, trimesh {theirs:.6g}"


def _kept(seed: int, number: int, content: bytes, kind: str) -> Path:
    kept = Path(tempfile.gettempdir()) / f"fuzz-{seed}-{number}{kind}"
    kept.write_bytes(content)
    return kept


def main() -> int:
    settings.configure(USE_I18N=False)  # for the words of a reason
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else DATA
    said, slowest, differing = run(count, folder, seed=int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    for code, times in said.most_common():
        print(f"{times:6} {code}")
    print("\n".join(differing))
    limit = Limits()
    print(f"{count} files, the slowest {slowest:.1f} s (limit {limit.wall_seconds:.0f} s)")
    return int(said["crashed"] > 0 or slowest > limit.wall_seconds + 3)


if __name__ == "__main__":
    sys.exit(main())
