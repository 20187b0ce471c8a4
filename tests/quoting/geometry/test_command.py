import io
import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

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


# --- the price


def test_a_file_is_priced_on_the_demo_catalogue():
    """20 mm at 12 mm/h and 5.50 an hour; 8 cm³ at 0.38: docs/pricing.md, SLS."""
    asked = ("--process", "sls", "--material", "pa12", "--quantity", "3")
    status, output = run(str(DATA / "cube20.stl"), *asked, "--json")
    price = json.loads(output)["price"]
    amounts = {one["code"]: one["amount"] for one in price["components"]}
    assert status == 0
    assert (amounts["material"], amounts["machine_time"], price["state"]) == ("9.12", "9.17", "priced")
    assert sum(map(Decimal, amounts.values())) == Decimal(price["net"])
    assert "20 mm ÷ 12 mm/h" in price["components"][1]["formula"] and price["components"][1]["inputs"]["builds"] == "1"
    assert f"price  {price['net']} EUR" in run(str(DATA / "cube20.stl"), *asked)[1]


def test_print_time_is_estimated_for_the_price():
    price = json.loads(run(str(DATA / "l_bracket.stl"), "--process", "fdm", "--json")[1])["price"]
    assert price["state"] == "priced" and price["components"][1]["inputs"]["basis"] == "estimate"


def test_without_a_process_there_is_no_price():
    assert json.loads(run(str(DATA / "cube20.stl"), "--json")[1])["price"] is None


@pytest.mark.parametrize(
    "wrong",
    [
        ("--process", "casting"),
        ("--process", "sls", "--material", "gold"),
        ("--process", "sls", "--quantity", "0"),
        ("--process", "sls", "--cavities", "2"),
    ],
)
def test_what_is_not_offered_is_said(wrong):
    with pytest.raises(CommandError):
        run(str(DATA / "cube20.stl"), *wrong)
