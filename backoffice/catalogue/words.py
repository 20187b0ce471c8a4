"""The catalogue's fields in the words of a shop, with units, and what pydantic finds wrong in sentences."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

Text = Promise | str
MONEY = "¤"  # stands for the catalogue's currency

# name: label, unit, help
FIELDS: dict[str, tuple[Text, str, Text]] = {
    "acceleration": (_("Acceleration"), "mm/s²", ""),
    "allowance_mm": (_("Allowance per side of the box"), "mm", _("Added to each dimension before stock is chosen.")),
    "allowance_radius_mm": (_("Allowance on the radius"), "mm", _("Turning.")),
    "bands": (_("Prices"), "", _("By weight or by value of the goods, rising; not both in one method.")),
    "bar_end_mm": (_("Rest of a bar"), "mm", _("Turning: what the chuck keeps.")),
    "bar_mm": (_("Length of a bar"), "mm", _("Turning.")),
    "bases": (_("Mold bases"), "", _("By the longest side of the part, rising.")),
    "blind_factor": (_("Factor for blind holes"), "×", ""),
    "bottom_layers": (_("Bottom layers"), "", ""),
    "bought_in": (_("Done outside"), "", _("No mark-up is put on it.")),
    "build_mm": (_("Build space or travel"), "mm", _("X × Y × Z.")),
    "cavities": (_("Cavities offered"), "", _("Separated by blanks.")),
    "cavity_mpa": (_("Cavity pressure"), "MPa", ""),
    "clamp_t": (_("Clamp force"), "t", ""),
    "cm3_per_min": (_("Removal rate"), "cm³/min", ""),
    "colours": (_("Colours"), "", ""),
    "complexity_per_feature": (_("Complexity per feature"), "", _("Added to the factor 1.")),
    "complexity_per_ratio": (_("Complexity per surface ratio"), "", _("Of surface ÷ surface of the box, above 1.")),
    "counted_setups": (_("Set-ups charged at most"), "", _("5-axis machines reach more at once.")),
    "countries": (_("Countries"), "", _("Two-letter codes, separated by blanks. Empty: every country.")),
    "currency": (_("Currency"), "", _("Three letters, such as EUR.")),
    "cutoff_mm": (_("Cut-off"), "mm", _("Turning.")),
    "days": (_("Business days"), "", ""),
    "density_g_cm3": (_("Density"), "g/cm³", ""),
    "description": (_("Description"), "", _("What customers read.")),
    "diffusivity_mm2_s": (_("Thermal diffusivity"), "mm²/s", ""),
    "each": (_("Price each"), MONEY, ""),
    "ejection_c": (_("Ejection temperature"), "°C", ""),
    "ejection_s": (_("Ejection"), "s", ""),
    "extras": (_("Extras"), "", ""),
    "facing_mm": (_("Facing"), "mm", _("Turning.")),
    "features_per_tool": (_("Features per tool"), "", ""),
    "fill_s": (_("Filling"), "s", ""),
    "finishes": (_("Finishes"), "", ""),
    "finishing_cm2_per_min": (_("Finishing rate"), "cm²/min", ""),
    "first_layer_height": (_("First layer"), "mm", ""),
    "fixed_overhead": (_("Time per print"), "s", ""),
    "free": (_("Free of charge"), "", _("Not the same as having no price.")),
    "free_from": (_("Free from"), MONEY, _("Value of the order.")),
    "growth_mm_per_h": (_("Growth rate"), "mm/h", _("Powder bed and metal.")),
    "hex": (_("Shown as"), "", _("Such as #1b1b1d.")),
    "holes": (_("Hole prices"), "", _("By depth ÷ diameter, rising; deeper holes are to be quoted.")),
    "hourly_rate": (_("Hourly rate"), f"{MONEY}/h", ""),
    "infill": (_("Infill"), "0–1", ""),
    "infill_speed": (_("Infill speed"), "mm/s", ""),
    "instant": (_("Priced at once"), "", _("Off: it can be chosen, and is always to be quoted.")),
    "key": (_("Key"), "", _("Made from the name; orders refer to it, so it never changes.")),
    "layer_height": (_("Layer height"), "mm", ""),
    "layer_mm": (_("Layer height"), "mm", _("Resin.")),
    "layer_overhead": (_("Time between layers"), "s", ""),
    "lead_days": (_("Added business days"), "", ""),
    "lead_times": (_("Lead times"), "", ""),
    "line_width": (_("Line width"), "mm", ""),
    "lot_charge": (_("Lot charge"), MONEY, _("The least that all copies together cost.")),
    "markup_on_startup": (_("Mark-up on start-up too"), "", ""),
    "markup_percent": (_("Mark-up"), "%", _("On our own operations, not on what is done outside.")),
    "max_complexity": (_("Highest complexity factor"), "×", ""),
    "max_setups": (_("Most set-ups"), "", _("More are to be quoted.")),
    "max_unreachable": (_("Unreachable surface at most"), "0–1", _("Share of the surface.")),
    "melt_c": (_("Melt temperature"), "°C", ""),
    "min_wall_mm": (_("Thinnest wall"), "mm", ""),
    "minimum_order": (_("Minimum order value"), MONEY, _("Of all lines on this machine.")),
    "minimum_part_price": (_("Minimum price per part"), MONEY, ""),
    "mold_c": (_("Mold temperature"), "°C", ""),
    "most": (_("Most per part"), "", ""),
    "name": (_("Name"), "", ""),
    "packing_density": (_("Packing density"), "0–1", _("Powder bed: share of the build volume.")),
    "per_cm2": (_("Per cm²"), f"{MONEY}/cm²", ""),
    "per_cm3": (_("Per cm³"), f"{MONEY}/cm³", ""),
    "per_piece": (_("Per piece"), MONEY, ""),
    "percent": (_("Percent"), "%", ""),
    "pickup": (_("Pick-up at the workshop"), "", _("The first price holds, whatever the weight.")),
    "post_production_per_piece": (_("Post-production per piece"), MONEY, ""),
    "presses": (_("Presses"), "", _("Rising by clamp force.")),
    "price": (_("Price"), MONEY, ""),
    "price_per_cm3": (_("Material price"), f"{MONEY}/cm³", _("Empty: lines of it are to be quoted.")),
    "prices_gross": (_("Prices include tax"), "", ""),
    "programming_hours": (_("Programming at least"), "h", ""),
    "programming_minutes_per_feature": (_("Programming per feature"), "min", ""),
    "programming_per_model": (_("Programming per model"), MONEY, _("Once per model and process.")),
    "quantity": (_("From quantity"), "", ""),
    "quantity_breaks": (_("Quantity breaks"), "", ""),
    "removal": (_("Removal rates"), "", _("By volume to remove; the last has no limit.")),
    "removal_factor": (_("Removal time factor"), "×", _("1: as fast as aluminium; 2: takes twice as long.")),
    "resin": (_("In the mold"), "", _("Needed for injection molding.")),
    "rods_mm": (_("Rods: diameters"), "mm", _("Separated by blanks. Empty: every size.")),
    "scrap": (_("Scrap"), "0–1", ""),
    "seconds_per_layer": (_("Time per layer"), "s", _("Resin: exposure and lift.")),
    "sections_mm": (_("Bars and plates"), "mm", _("Such as 20 × 40; 50 × 100. Empty: every size.")),
    "settings": (_("Print settings"), "", ""),
    "setup": (_("Set-up"), MONEY, _("Once per model.")),
    "setup_hours": (_("Time per set-up"), "h", _("Once per model.")),
    "setup_minutes": (_("Time per set-up and copy"), "min", ""),
    "size_exponent": (_("Size exponent"), "", _("Price × volume to this power; 1: in proportion.")),
    "slide_price": (_("Price of a slide"), MONEY, _("Per undercut.")),
    "solid_speed": (_("Solid speed"), "mm/s", ""),
    "stacked": (_("Hours from the stacked height"), "", _("Powder bed: instead of one layer of parts per build.")),
    "startup": (_("Start-up"), MONEY, _("Once per material and order.")),
    "support_share": (_("Supports"), "×", _("Resin and metal: share of the part's volume.")),
    "tax_class": (_("Tax class"), "", ""),
    "taxes": (_("Tax rates"), "", _("The first also takes what belongs to no line.")),
    "tolerances": (_("Tolerances"), "", ""),
    "tool_seconds": (_("Tool change"), "s", ""),
    "top_layers": (_("Top layers"), "", ""),
    "travel_speed": (_("Travel speed"), "mm/s", ""),
    "up_to_cm3": (_("Up to"), "cm³", ""),
    "up_to_kg": (_("Up to"), "kg", ""),
    "up_to_mm": (_("Up to"), "mm", ""),
    "up_to_ratio": (_("Up to depth ÷ diameter"), "×", ""),
    "up_to_value": (_("Up to value"), MONEY, ""),
    "wall_speed": (_("Wall speed"), "mm/s", ""),
    "walls": (_("Walls"), "", ""),
    # of the document, for differences
    "processes": (_("Processes"), "", ""),
    "materials": (_("Materials"), "", ""),
    "profiles": (_("Print profiles"), "", ""),
    "shipping": (_("Shipping"), "", ""),
    "machine": (_("Machine"), "", ""),
    "cutting": (_("Cutting"), "", ""),
    "molding": (_("Molding"), "", ""),
    "technology": (_("Technology"), "", ""),
}
# What pydantic found: its code → a sentence with its own parameters.
ERRORS: dict[str, Text] = {
    "missing": _("Please fill this in."),
    "greater_than": _("Must be more than %(gt)s."),
    "greater_than_equal": _("Must be %(ge)s or more."),
    "less_than": _("Must be less than %(lt)s."),
    "less_than_equal": _("Must be %(le)s or less."),
    "too_short": _("At least one is needed."),
    "string_too_long": _("At most %(max_length)s characters."),
    "finite_number": _("Must be a number."),
    "decimal_parsing": _("Must be a number."),
    "decimal_type": _("Must be a number."),
    "float_parsing": _("Must be a number."),
    "int_parsing": _("Must be a whole number."),
    "int_from_float": _("Must be a whole number."),
    "decimal_max_digits": _("Has too many digits."),
}
PATTERNS: dict[str, Text] = {
    "hex": _("Must be a colour such as #1b1b1d."),
    "key": _("Small letters, digits, - and _ only."),
    "currency": _("Must be three capital letters."),
    "countries": _("Must be two-letter codes such as DE."),
}


def label(name: str) -> str:
    return str(FIELDS[name][0]) if name in FIELDS else name.replace("_", " ").capitalize()


def unit(name: str, currency: str) -> str:
    return FIELDS[name][1].replace(MONEY, currency) if name in FIELDS else ""


def hint(name: str) -> str:
    return str(FIELDS[name][2]) if name in FIELDS else ""


def error(found: Mapping[str, Any]) -> str:
    """One error of pydantic in a sentence."""
    kind, names = found["type"], [step for step in found["loc"] if isinstance(step, str)]
    if kind == "string_pattern_mismatch" and names and names[-1] in PATTERNS:
        return str(PATTERNS[names[-1]])
    if kind == "value_error":
        text = str(found["ctx"]["error"])
        return text[:1].upper() + text[1:] + "."
    if kind in ("missing", "too_short") and names and names[-1] in ("build_mm", "sections_mm"):
        return _now("Sides are separated by ×, such as 20 × 40.")
    if kind in ERRORS:
        return str(ERRORS[kind]) % found.get("ctx", {})
    return str(found["msg"])
