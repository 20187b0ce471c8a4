"""A small catalogue and small lines for the tests of prices: everything costs nothing until a test says otherwise."""

from decimal import Decimal
from typing import Any

from quoting.geometry.values import Figures, Measured, PrintEstimate, PrintProfile, Reason
from quoting.pricing.catalogue import (
    Catalogue,
    Finish,
    LeadTime,
    Machine,
    Material,
    Process,
    Profile,
    ShippingBand,
    ShippingMethod,
    TaxRate,
)
from quoting.pricing.contract import LinePrice, LineRequest, OneOffs, OrderBreakdown, OrderTerms, Selection
from quoting.pricing.engine import price_line, price_order

D = Decimal

SETTINGS = PrintProfile(
    layer_height=0.2,
    first_layer_height=0.2,
    line_width=0.45,
    walls=2,
    top_layers=5,
    bottom_layers=4,
    infill=0.2,
    wall_speed=45,
    infill_speed=80,
    solid_speed=80,
    travel_speed=180,
    acceleration=1000,
)
PROFILE = Profile(key="standard", name="0.20 mm", settings=SETTINGS)

ALL_ONE_OFFS = OneOffs(startup=True, per_model=True)


def material(key: str = "m", **fields: Any) -> Material:
    return Material(
        **{"key": key, "name": key.upper(), "density_g_cm3": 1, "price_per_cm3": 1, "min_wall_mm": 1} | fields
    )


def machine(**fields: Any) -> Machine:
    return Machine(**{"name": "Machine", "build_mm": (1000, 1000, 1000), "hourly_rate": 0} | fields)


def fdm(key: str = "fdm", **fields: Any) -> Process:
    """FDM without any charge but 1 per cm³ of filament."""
    offered = {
        "key": key,
        "name": key.upper(),
        "technology": "fdm",
        "machine": machine(),
        "materials": (material("m"), material("n")),
        "finishes": (Finish(key="free", name="As printed", free=True),),
        "profiles": (PROFILE,),
        "lead_times": (LeadTime(key="standard", name="Standard", days=7),),
    }
    return Process(**offered | fields)


def powder(**fields: Any) -> Process:
    growing = machine(growth_mm_per_h=10, packing_density=D("0.1"), hourly_rate=10)
    return fdm("sls", **{"technology": "sls", "profiles": (), "machine": growing} | fields)


def resin(**fields: Any) -> Process:
    curing = machine(layer_mm=D("0.05"), seconds_per_layer=15, hourly_rate=6, support_share=D("0.15"))
    return fdm("sla", **{"technology": "sla", "profiles": (), "machine": curing} | fields)


def parcel(**fields: Any) -> ShippingMethod:
    bands = (ShippingBand(up_to_kg=1, price=D("5.90")), ShippingBand(up_to_kg=5, price=D("9.90")))
    return ShippingMethod(**{"key": "parcel", "name": "Parcel", "countries": ("DE", "AT"), "bands": bands} | fields)


def shop(*processes: Process, **fields: Any) -> Catalogue:
    offered = {
        "currency": "EUR",
        "processes": processes or (fdm(),),
        "shipping": (parcel(),),
        "taxes": (TaxRate(tax_class="standard", percent=19), TaxRate(tax_class="reduced", percent=7)),
    }
    return Catalogue(**offered | fields)


def shape(
    volume_cm3: float = 1.0,
    *,
    size_mm: tuple[float, float, float] = (10.0, 10.0, 10.0),
    area_cm2: float = 6.0,
    seconds: float = 3600.0,
    filament_cm3: float | None = None,
    profiles: tuple[str, ...] = ("standard",),
    needs_review: tuple[Reason, ...] = (),
) -> Measured:
    """A part of 1 cm³ that takes as much filament and one hour, unless told otherwise."""
    figures = Figures(
        code_version="1",
        format="stl",
        unit="mm",
        unit_source="assumed",
        triangles=12,
        bodies=1,
        watertight=True,
        consistent=True,
        size_mm=size_mm,
        volume_mm3=volume_cm3 * 1000,
        area_mm2=area_cm2 * 100,
    )
    filament = (volume_cm3 if filament_cm3 is None else filament_cm3) * 1000
    estimates = tuple(PrintEstimate(profile=key, seconds=seconds, filament_mm3=filament) for key in profiles)
    return Measured(figures=figures, estimates=estimates, needs_review=needs_review)


def chosen(process: Process, **fields: str) -> Selection:
    profile = process.profiles[0].key if process.profiles else ""
    return Selection(**{"process": process.key, "material": "m", "profile": profile, "lead_time": "standard"} | fields)


def ask(
    process: Process,
    line: int = 1,
    *,
    measured: Measured | None = None,
    quantity: int = 1,
    file: str | None = None,
    **selection: str,
) -> LineRequest:
    """A line of one copy of its own file."""
    return LineRequest(
        line=line,
        file=file or f"file {line}",
        measured=measured or shape(),
        selection=chosen(process, **selection),
        quantity=quantity,
    )


def alone(process: Process, request: LineRequest, **terms: Any) -> LinePrice:
    """The price of a line that all its one-off charges fall on."""
    return price_line(shop(process), request, ALL_ONE_OFFS, OrderTerms(**terms))


def order(catalogue: Catalogue, *lines: LineRequest, **terms: Any) -> OrderBreakdown:
    return price_order(catalogue, lines, OrderTerms(**terms))


def amounts(price: LinePrice | OrderBreakdown) -> dict[str, str]:
    """Components as {code: amount}."""
    return {item.code: str(item.amount) for item in price.components}
