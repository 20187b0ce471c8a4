"""What can be chosen for a line, and how a choice is kept valid when part of it changes."""

from orders.models import OrderLine
from quoting.geometry.values import Measured
from quoting.pricing.amounts import measured
from quoting.pricing.catalogue import Catalogue, Keyed, Process, Profile, by_key
from quoting.pricing.contract import Selection
from quoting.pricing.judge import first_selection


def first_fitting(catalogue: Catalogue, shape: Measured | None) -> Selection:
    """What a new line starts with, so that a price shows at once: the first process that the part fits.

    Not measured yet, or too big for all: the first process.
    """
    instant = [process for process in catalogue.processes if process.instant]
    fitting = [process for process in instant if shape is None or fits(process, shape)]
    candidates = fitting or instant or list(catalogue.processes)
    return first_selection(candidates[0]) if candidates else Selection()


def fits(process: Process, shape: Measured) -> bool:
    """Whether the part goes into the machine, turned as needed."""
    part, machine = sorted(map(measured, shape.figures.size_mm)), sorted(process.machine.build_mm)
    return all(extent <= limit for extent, limit in zip(part, machine, strict=True))


def valid(catalogue: Catalogue, wanted: Selection) -> Selection:
    """The wanted choice, with what its process or material does not have replaced by the first that there is.

    Raises KeyError for a process that is not in the catalogue.
    """
    process = by_key(catalogue.processes, wanted.process)
    if process is None:
        raise KeyError(wanted.process)
    material = by_key(process.materials, _kept(process.materials, wanted.material))
    return Selection(
        process=process.key,
        material=material.key if material else "",
        finish=_kept(process.finishes, wanted.finish),
        colour=_kept(material.colours, wanted.colour) if material else "",
        profile=_kept(process.profiles, wanted.profile),
        lead_time=_kept(process.lead_times, wanted.lead_time),
        tolerance=_kept(process.tolerances, wanted.tolerance),
        extras=tuple(sorted((key, count) for key, count in wanted.extras if by_key(process.extras, key))),
        cavities=_cavities(process, wanted.cavities),
    )


def _cavities(process: Process, wanted: int) -> int:
    offered = process.machine.molding.cavities if process.machine.molding else (0,)
    return wanted if wanted in offered else offered[0]


def _kept(offered: tuple[Keyed, ...], key: str) -> str:
    if by_key(offered, key):
        return key
    return offered[0].key if offered else ""


def chosen_profile(catalogue: Catalogue, choice: Selection) -> Profile | None:
    process = by_key(catalogue.processes, choice.process)
    return by_key(process.profiles, choice.profile) if process else None


def choose(line: OrderLine, choice: Selection) -> None:
    """Put a choice on a line; the caller saves it. Process and material are columns too, for lists."""
    line.selection = choice.model_dump(mode="json")
    line.process, line.material = choice.process, choice.material
