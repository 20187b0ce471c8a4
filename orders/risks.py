"""The risks of an order's lines as rows: found anew whenever it is priced; one that was accepted stays so until it changes."""

from collections.abc import Sequence
from typing import Any

from orders.models import LineWarning, OrderLine
from quoting.pricing.catalogue import Catalogue
from quoting.pricing.contract import RISKS
from quoting.pricing.risks import Risk, risks
from quoting.services import shape_of

LEVELS = {True: LineWarning.Level.REVIEW_AND_ACCEPT, False: LineWarning.Level.MUST_CHANGE}


def keep(lines: Sequence[OrderLine], catalogue: Catalogue) -> None:
    """Make the rows of locked lines (orders.pricing.with_shapes) what is true of them now; others' warnings stay."""
    gone: list[int] = []
    new: list[LineWarning] = []
    for line in lines:
        wanted = {_key(risk): risk for risk in _of(line, catalogue)}
        known = {(one.level, _frozen(one.reason)): one for one in line.warnings.all() if one.reason["code"] in RISKS}
        gone += [one.pk for key, one in known.items() if key not in wanted]
        new += [_row(line, risk) for key, risk in wanted.items() if key not in known]
    if gone:
        LineWarning.objects.filter(pk__in=gone).delete()
    if new:
        LineWarning.objects.bulk_create(new)


def _of(line: OrderLine, catalogue: Catalogue) -> tuple[Risk, ...]:
    return risks(catalogue, shape_of(line.part.measurement, catalogue), line.choice) if line.part else ()


def _row(line: OrderLine, risk: Risk) -> LineWarning:
    return LineWarning(line=line, level=LEVELS[risk.makeable], reason=risk.reason.model_dump())


def _key(risk: Risk) -> tuple[str, Any]:
    return LEVELS[risk.makeable].value, _frozen(risk.reason.model_dump())


def _frozen(reason: dict[str, Any]) -> Any:
    return reason["code"], tuple(sorted(reason["params"].items()))
