import io
import json

import pytest
from django.core.management import call_command

from tests import make_models as make
from tests.make_models import DATA


def run(*arguments: str) -> tuple[int, str]:
    """Exit status and standard output of `manage.py measure`."""
    output = io.StringIO()
    try:
        call_command("measure", *arguments, stdout=output)
    except SystemExit as stop:
        return stop.code, output.getvalue()
    return 0, output.getvalue()


def test_json_of_a_good_part():
    status, output = run(str(DATA / "cube20.stl"), "--unit", "in", "--json")
    answer = json.loads(output)
    assert status == 0
    assert (answer["ok"], answer["reason"], answer["needs_review"]) == (True, None, [])
    assert answer["size_mm"] == pytest.approx([508, 508, 508])
    assert answer["volume_mm3"] == pytest.approx(8000 * 25.4**3)
    assert (answer["format"], answer["unit"], answer["unit_source"]) == ("stl", "in", "given")
    assert (answer["triangles"], answer["bodies"], answer["watertight"]) == (12, 1, True)


def test_json_of_a_doubtful_part(tmp_path):
    path = tmp_path / "part.stl"
    path.write_bytes(make.stl(make.box()[:-1]))
    status, output = run(str(path), "--json")
    answer = json.loads(output)
    assert (status, answer["ok"], answer["needs_review"]) == (0, True, ["not_closed"])
    assert "3 open edges" in answer["message"]


@pytest.mark.parametrize(("content", "reason"), [(None, "no_such_file"), (b"", "empty_file"), (b"?", "not_a_model")])
def test_refusals(tmp_path, content, reason):
    path = tmp_path / "part.stl"
    if content is not None:
        path.write_bytes(content)
    status, output = run(str(path), "--json")
    answer = json.loads(output)
    assert (status, answer["ok"], answer["reason"], answer["volume_mm3"]) == (1, False, reason, None)
    assert run(str(path)) == (1, f"Refused ({reason}): {answer['message']}\n")


def test_text_for_people():
    status, output = run(str(DATA / "l_bracket.stl"))
    assert status == 0
    assert "60.00 × 40.00 × 50.00 mm" in output
