import re
from pathlib import Path

import pytest

import quoting.geometry
from quoting.geometry.values import FORECASTS, REFUSALS, REVIEWS, Reason
from quoting.words import SENTENCES, say

CODES = [*REFUSALS, *REVIEWS, *FORECASTS]


def test_every_code_has_a_sentence_and_no_sentence_is_left_over():
    assert sorted(SENTENCES) == sorted(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_sentence_says_more_than_its_code(code):
    needed = re.findall(r"%\((\w+)\)s", str(SENTENCES[code]))
    sentence = say(Reason(code=code, params=dict.fromkeys(needed, "42")))
    assert code not in sentence
    assert sentence.endswith(".")
    assert "%" not in sentence


def test_every_code_that_is_used_is_listed():
    """A refusal is made by FileRefused("code") or Reason(code="code")."""
    folder = Path(quoting.geometry.__file__).parent
    sources = "".join(path.read_text() for path in folder.glob("*.py"))
    used = set(re.findall(r'(?:FileRefused\(|Reason\(code=)"(\w+)"', sources))
    assert used <= set(CODES)
    assert set(CODES) - used == {
        *("memory_limit", "time_limit"),  # made of Limit
        *("not_closed", "crowded_edges", "inconsistent_winding"),  # made of the edge census
    }


def test_parameters_are_shown():
    assert "12 open edges" in say(Reason(code="not_closed", params={"edges": "12"}))
