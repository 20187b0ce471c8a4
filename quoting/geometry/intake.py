"""What kind of file is this? Judged by its content, never by its name, before anything parses it.

Nothing here needs numpy, and nothing reads more than the first kilobytes and the directory of an archive.
"""

import os
import re
import struct
import zipfile
from pathlib import Path
from typing import Literal, NamedTuple

from quoting.geometry.values import FileRefused

Kind = Literal["binary_stl", "text_stl", "3mf", "step", "iges", "obj", "ply", "glb"]

MAX_FILE_BYTES = 200 * 1024 * 1024
MAX_TRIANGLES = 4_000_000

STL_HEADER_BYTES = 84  # 80 of free text, then the number of triangles
STL_TRIANGLE_BYTES = 50
STL_FARTHEST = 1e6  # coordinates of a part; bytes of another kind are read as larger ones
STL_TRAILING_BYTES = 1024  # some programs append a few bytes; more than this is another file
STL_CREDIBLE_TRIANGLES = 5 * MAX_TRIANGLES  # a larger number in the header means that this is no STL at all

MAX_MEMBERS = 200
MAX_MODEL_BYTES = 300 * 1024 * 1024  # inflated
MAX_RATIO = 100  # inflated : packed

HEAD_BYTES = 64 * 1024  # long comments may stand before the first vertex of a text
START_BYTES = 1024
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

# How the formats begin that we read, beside STL and OBJ, which need a closer look.
BEGINNINGS: tuple[tuple[bytes, Kind], ...] = (
    (rb"PK\x03\x04", "3mf"),
    (rb"\s*ISO-10303-21", "step"),
    (rb"[^\r\n]{72}S[ 0]{6}1", "iges"),
    (rb"ply[ \t]*[\r\n]", "ply"),
    (rb"glTF", "glb"),
)
OBJ_WORDS = frozenset(
    b"v vt vn vp f fo l p o g s mg lod mtllib usemtl usemap maplib bevel c_interp d_interp shadow_obj trace_obj cstype "
    b"deg curv curv2 surf parm trim hole scrv sp end con call bmat step".split()
)

# What people upload by mistake: (pattern at the start of the file, name that they know it by).
OTHER_FORMATS = (
    (rb"\s*\{.*\"asset\"", "glTF with separate files"),
    (rb"OFF\s", "OFF"),
    (rb"Kaydara FBX", "FBX"),
    (rb"#VRML", "VRML"),
    (rb"AC10\d\d", "DWG"),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "SolidWorks, Inventor or another CAD program's own"),
    (rb"\*\*PART1;|PS\x00\x00", "Parasolid"),
    (rb"\d+ \d+ \d+ +\d+.*ACIS|ACIS BinaryFile", "SAT"),
    (rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?<amf\b", "AMF"),
    (rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?<COLLADA\b", "COLLADA"),
    (rb"\s*0\s+SECTION\s", "DXF"),
    (rb"%PDF-", "PDF"),
    (rb"Rar!|7z\xbc\xaf|\x1f\x8b", "packed archive"),
)


class Recognised(NamedTuple):
    """What a file is, with the number of triangles where the header tells it (binary STL)."""

    kind: Kind
    triangles: int = 0


def recognise(path: Path) -> Recognised:
    """The kind of the file at `path`, or FileRefused with the reason in a code."""
    size = os.path.getsize(path)
    if size == 0:
        raise FileRefused("empty_file")
    if size > MAX_FILE_BYTES:
        raise FileRefused("too_large", limit_mb=MAX_FILE_BYTES // 1024**2)
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    # The length is the strongest evidence: many binary STL files begin with the word "solid", as text ones do.
    announced = _announced_triangles(head)
    if announced >= 0 and size == STL_HEADER_BYTES + STL_TRIANGLE_BYTES * announced:
        return _binary_stl(announced)
    start = head[:START_BYTES].removeprefix(BYTE_ORDER_MARK)
    for pattern, kind in BEGINNINGS:
        if re.match(pattern, start):
            return Recognised(kind)
    if _looks_like_text_stl(head):
        return Recognised("text_stl")
    if _looks_like_obj(head):
        return Recognised("obj")
    for pattern, name in OTHER_FORMATS:
        if re.match(pattern, start, re.DOTALL):
            raise FileRefused("unsupported_format", format=name)
    return _stl_of_another_length(announced, size, head, path)


def _announced_triangles(head: bytes) -> int:
    """The triangle count in a binary STL's header; -1 when the file is too short to have one."""
    return int.from_bytes(head[80:84], "little") if len(head) >= STL_HEADER_BYTES else -1


def _looks_like_text_stl(head: bytes) -> bool:
    start = head.removeprefix(BYTE_ORDER_MARK).lstrip().lower()
    return start.startswith(b"solid") and (b"facet" in start or b"endsolid" in start)


def _looks_like_obj(head: bytes) -> bool:
    """Text in which every line begins with a word of OBJ files, and one with a vertex."""
    if b"\0" in head:
        return False
    lines = [line.split(maxsplit=1) for line in head.removeprefix(BYTE_ORDER_MARK).splitlines()]
    if len(head) == HEAD_BYTES:
        lines.pop()  # cut off
    words = {line[0] for line in lines if line and not line[0].startswith(b"#")}
    return b"v" in words and words <= OBJ_WORDS


def _binary_stl(triangles: int) -> Recognised:
    if triangles == 0:
        raise FileRefused("no_triangles")
    if triangles > MAX_TRIANGLES:
        raise FileRefused("too_many_triangles", limit=MAX_TRIANGLES)
    return Recognised("binary_stl", triangles)


def _stl_of_another_length(announced: int, size: int, head: bytes, path: Path) -> Recognised:
    """A file of no known format: an STL with a little junk at its end, a damaged STL, or no model at all."""
    found = (size - STL_HEADER_BYTES) // STL_TRIANGLE_BYTES
    looks_binary = b"\x00" in head[: STL_HEADER_BYTES + STL_TRIANGLE_BYTES]
    known_as_something_else = head.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"RIFF"))
    if not 0 < announced <= STL_CREDIBLE_TRIANGLES or not looks_binary or known_as_something_else:
        raise FileRefused("not_a_model")
    trailing = size - STL_HEADER_BYTES - STL_TRIANGLE_BYTES * announced
    if 0 < trailing <= STL_TRAILING_BYTES and not _are_triangles(path, trailing):
        return _binary_stl(announced)
    raise FileRefused("truncated", expected=announced, found=found)


def _are_triangles(path: Path, trailing: int) -> bool:
    """Whether what follows the last announced triangle are more of them: then the header is wrong, and a body may be missing."""
    if trailing % STL_TRIANGLE_BYTES:
        return False
    with path.open("rb") as file:
        file.seek(-trailing, os.SEEK_END)
        tail = file.read()
    for _nx, _ny, _nz, *corners, _attribute in struct.iter_unpack("<12fH", tail):
        places = {tuple(corners[i : i + 3]) for i in (0, 3, 6)}
        if len(places) == 3 and all(abs(number) < STL_FARTHEST for number in corners):  # also False for NaN
            return True
    return False


def model_members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The `3D/*.model` members of a 3MF archive, if its directory promises nothing out of proportion.

    Nothing is inflated here. The directory may lie, but `zipfile` gives no more of a member than it promises.
    """
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise FileRefused("suspicious_archive")
    models = [member for member in members if re.fullmatch(r"/?3D/(.*/)?[^/]+\.model", member.filename, re.IGNORECASE)]
    if not models:
        raise FileRefused("unsupported_format", format="packed archive")
    inflated = sum(member.file_size for member in models)
    packed = sum(member.compress_size for member in models)
    if inflated > MAX_MODEL_BYTES or inflated > MAX_RATIO * max(packed, 1):
        raise FileRefused("suspicious_archive")
    return models
