"""A slice of `python -m bench.geometry_fuzz`, another seed than the command's."""

from bench.geometry_fuzz import run
from tests.make_models import DATA


def test_spoilt_files_end_with_figures_or_a_reason() -> None:
    said, slowest, _ = run(80, DATA, seed=2, compared=False)
    assert said["crashed"] == 0
    assert sum(said.values()) == 80
    assert slowest < 18
