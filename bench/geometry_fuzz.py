"""Good files, spoilt in many ways; each must end with figures or a reason: `python -m bench.geometry_fuzz [COUNT] [FOLDER]`.

Bits flipped, ends cut off, stretches repeated, swapped or overwritten by NaN and huge numbers, headers that lie. FOLDER holds
the good files; without it the tests' own are taken. Every file goes through the front door, a child with limits. Of
broken STEP and IGES files OpenCASCADE itself crashes now and then: the child ends, the customer reads so, and nothing
else happens. Exit status 1 when our own code crashed, or a file took longer than it may.
"""

import random
import struct
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from quoting.geometry.isolate import Limits, measure_file

DATA = Path(__file__).parents[1] / "tests" / "data"
KINDS = {".stl", ".3mf", ".step", ".stp", ".obj", ".ply", ".glb", ".igs", ".iges"}
CAD = {".step", ".stp", ".igs", ".iges"}
LARGEST = 500_000  # bytes: what is spoilt is told sooner in a small file
NUMBERS = [struct.pack("<f", number) for number in (float("nan"), float("inf"), 3e38, -1e30, 1e-40)]
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


def run(count: int, folder: Path = DATA, seed: int = 1) -> tuple[Counter[str], float]:
    """How often each thing was said, and the seconds that the slowest took."""
    chance = random.Random(seed)
    files = good_files(folder)
    said: Counter[str] = Counter()
    slowest = 0.0
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "upload"
        for number in range(count):
            kind, good = files[number % len(files)]
            content = spoilt(good, chance)
            path.write_bytes(content)
            started = time.monotonic()
            found = measure_file(path)
            slowest = max(slowest, time.monotonic() - started)
            reviews = found.measured.needs_review if found.measured else ()
            code = found.reason.code if found.reason else "+".join(review.code for review in reviews) or "figures"
            if code == "crashed" and kind in CAD:
                code = "crashed in OpenCASCADE"
            said[code] += 1
            if code == "crashed":
                kept = Path(tempfile.gettempdir()) / f"fuzz-{seed}-{number}"
                kept.write_bytes(content)
                print(f"crashed: {kept}", file=sys.stderr)
    return said, slowest


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    said, slowest = run(count, Path(sys.argv[2]) if len(sys.argv) > 2 else DATA)
    for code, times in said.most_common():
        print(f"{times:6} {code}")
    limit = Limits()
    print(f"{count} files, the slowest {slowest:.1f} s (limit {limit.wall_seconds:.0f} s)")
    return int(said["crashed"] > 0 or slowest > limit.wall_seconds + 3)


if __name__ == "__main__":
    sys.exit(main())
