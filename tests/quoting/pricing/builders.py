"""A small catalogue and small lines for the tests of prices: everything costs nothing until a test says otherwise."""

from decimal import Decimal
from typing import Any

from quoting.geometry.values import (
    Figures,
    Hole,
    Machining,
    Measured,
    Molding,
    PrintEstimate,
    PrintProfile,
    Reason,
    Shape,
    Walls,
)
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
from quoting.pricing.machines import Cutting, HolePrice, MoldMaking, Press, RemovalBand, Resin, ToolBase

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


def slm(**fields: Any) -> Process:
    growing = machine(growth_mm_per_h=10, packing_density=D("0.5"), hourly_rate=10, support_share=D("0.2"))
    return fdm("slm", **{"technology": "slm", "profiles": (), "machine": growing} | fields)


def cutting(**fields: Any) -> Cutting:
    """Removes 10 cm³ and finishes 100 cm² a minute, at no other cost."""
    free = dict.fromkeys(("setup_hours", "setup_minutes", "tool_seconds", "programming_hours"), 0)
    free |= dict.fromkeys(("programming_minutes_per_feature", "complexity_per_ratio", "complexity_per_feature"), 0)
    bands = (RemovalBand(cm3_per_min=10),)
    return Cutting(**{"removal": bands, "finishing_cm2_per_min": 100, "allowance_mm": 0} | free | fields)


def milling(**fields: Any) -> Process:
    return fdm("milling", **{"technology": "milling", "profiles": (), "machine": machine(cutting=cutting())} | fields)


def turning(**fields: Any) -> Process:
    cuts = cutting(allowance_radius_mm=0)
    return fdm("turning", **{"technology": "turning", "profiles": (), "machine": machine(cutting=cuts)} | fields)


PRESSES = tuple(Press(clamp_t=size, hourly_rate=36) for size in (80, 120, 160))
RESIN = Resin(diffusivity_mm2_s=D("0.1"), melt_c=230, mold_c=50, ejection_c=90)


def mold(**fields: Any) -> MoldMaking:
    bases = (ToolBase(up_to_mm=100, price=1000), ToolBase(up_to_mm=400, price=3000))
    making = {"presses": PRESSES, "bases": bases, "per_cm3": 10, "per_cm2": 1, "slide_price": 500}
    return MoldMaking(**making | {"cavities": (1, 2, 4), "scrap": 0} | fields)


def molding(**fields: Any) -> Process:
    offered = {"machine": machine(molding=mold()), "materials": (material("m", resin=RESIN), material("n"))}
    return fdm("molding", **{"technology": "molding", "profiles": ()} | offered | fields)


def solid(
    *,
    box_mm: tuple[float, float, float] = (10.0, 10.0, 10.0),
    setups: int = 1,
    features: int = 0,
    unreachable: float = 0.0,
    holes: tuple[Hole, ...] = (),
    turned: tuple[float, float] | None = None,
    wall_mm: float = 2.0,
    projected_mm2: float = 100.0,
    undercut_mm2: float = 0.0,
) -> Shape:
    """What geometry knows of a plain block, unless told otherwise. `turned`: diameter and length."""
    diameter, length = turned or (None, None)
    return Shape(
        walls=Walls(thinnest_mm=wall_mm, median_mm=wall_mm),
        machining=Machining(
            box_mm=box_mm,
            setups=setups,
            unreachable_share=unreachable,
            holes=holes,
            features=features,
            turned_diameter_mm=diameter,
            turned_length_mm=length,
        ),
        molding=Molding(pull=(0, 0, 1), projected_mm2=projected_mm2, undercut_mm2=undercut_mm2),
    )


HOLE = Hole(diameter_mm=5.0, depth_mm=5.0, through=True, count=1)
HOLE_PRICES = (HolePrice(up_to_ratio=4, setup=1, each=1), HolePrice(up_to_ratio=8, setup=3, each=2))


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
    beyond: Shape | None = None,
) -> Measured:
    """A part of 1 cm³ that takes as much filament and one hour, unless told otherwise. `beyond` volume: see `solid`."""
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
    return Measured(figures=figures, estimates=estimates, needs_review=needs_review, shape=beyond)


def chosen(process: Process, **fields: Any) -> Selection:
    profile = process.profiles[0].key if process.profiles else ""
    return Selection(**{"process": process.key, "material": "m", "profile": profile, "lead_time": "standard"} | fields)


def ask(
    process: Process,
    line: int = 1,
    *,
    measured: Measured | None = None,
    quantity: int = 1,
    file: str | None = None,
    **selection: Any,
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
