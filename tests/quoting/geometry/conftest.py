from collections.abc import Callable
from pathlib import Path

import pytest

from quoting.geometry.measure import measure
from quoting.geometry.values import Figures, Measured, Reason

Measure = Callable[..., Measured]
Refuse = Callable[..., Reason]


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[bytes], Path]:
    """Writes bytes to a file whose name tells nothing."""

    def save(content: bytes) -> Path:
        path = tmp_path / "upload"
        path.write_bytes(content)
        return path

    return save


@pytest.fixture
def measured(saved: Callable[[bytes], Path]) -> Measure:
    """What is found in a file with this content (bytes) or at this path; it must not be refused."""

    def found(model: bytes | Path, unit: str = "") -> Measured:
        measurement = measure(model if isinstance(model, Path) else saved(model), unit)
        assert measurement.measured is not None, measurement.reason
        return measurement.measured

    return found


@pytest.fixture
def figures(measured: Measure) -> Callable[..., Figures]:
    """As `measured`; there must be no doubt about the figures either."""

    def found(model: bytes | Path, unit: str = "") -> Figures:
        result = measured(model, unit)
        assert result.needs_review == ()
        return result.figures

    return found


@pytest.fixture
def refused(saved: Callable[[bytes], Path]) -> Refuse:
    """Why a file with this content is refused; it must be."""

    def reason(content: bytes, unit: str = "") -> Reason:
        measurement = measure(saved(content), unit)
        assert measurement.reason is not None, measurement.measured
        return measurement.reason

    return reason
