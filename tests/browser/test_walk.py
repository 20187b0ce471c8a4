"""Cases 1 to 3 of the source text, as `make walk` shows them: nobody complains on the way."""

from tests.browser import steps, walk
from tests.served import Served


def test_the_cases_of_the_source_text(new_context: steps.NewContext, demo: Served) -> None:
    walking = walk.start(new_context, demo)
    watch = steps.Watch()
    for page in (walking.customer, walking.staff):
        watch.over(page.context)
    for case in walk.CASES:
        case(walking)
    assert len(walking.done) > 15
    assert watch.complaints == []
