"""Codes of the pricing room, put into words: the one table for labels, formulas and reasons.

Breakdowns are stored as codes and inputs (`Component`, `Reason`); what a person reads is made here, in the language of
the page or mail, each time it is shown.
"""

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from quoting import words as geometry_words
from quoting.geometry.values import Reason
from quoting.pricing.amounts import PLACES
from quoting.pricing.contract import Component

Inputs = Mapping[str, str]

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}

LABELS = {
    "by_hand": _("Price as offered"),
    "fee": _("Fee"),
    "material": _("Material: %(name)s"),
    "machine_time": _("Machine time"),
    "holes": _("Holes"),
    "extras": _("%(names)s"),
    "post_production": _("Post-production"),
    "finish": _("Finish: %(name)s"),
    "programming": _("Programming, once per model"),
    "programming_time": _("Programming the machine, once per model"),
    "setups": _("Setting up, once per model"),
    "holes_setup": _("Tools for holes, once per model"),
    "extras_setup": _("Setting up for extras, once per model"),
    "tool": _("Mold, once per model"),
    "startup": _("Start-up %(name)s, once per order"),
    "markup": _("Mark-up"),
    "tolerance": _("Tolerance: %(name)s"),
    "lead_time": _("Lead time: %(name)s"),
    "quantity_discount": _("Quantity discount from %(from_quantity)s pieces"),
    "price_level": _("Your price level"),
    "minimum_part": _("Up to the minimum price per part"),
    "minimum_order": _("Up to the minimum order value: %(name)s"),
    "promo": _("Promo code %(promo)s"),
    "discount": _("Discount %(name)s"),
    "shipping": _("Shipping: %(name)s"),
    "tax_taken_out": _("Without tax: tax taken out of the prices"),
}

REASONS = {
    "measuring": _("The model is being measured."),
    "estimate_pending": _("The print time is being worked out."),
    "not_measured": _("The file could not be measured. The shop will look at it and quote."),
    "choose_options": _("Please choose: %(missing)s."),
    "no_longer_offered": _("No longer offered: %(field)s “%(key)s”. Please choose another one."),
    "quoted_by_hand": _("%(process)s is quoted by the shop."),
    "material_without_price": _("There is no price for %(material)s yet. The shop will quote."),
    "finish_without_price": _("There is no price for the finish “%(finish)s” yet. The shop will quote."),
    "machine_incomplete": _("A figure of the machine %(machine)s is missing. The shop will quote."),
    "too_big_for_machine": _("The part (%(part)s mm) does not fit the machine (%(machine)s mm)."),
    "implausible_figures": _("The model has no volume or no extent. The shop will look at it."),
    "estimate_empty": _("No print time was found for this part. The shop will quote."),
    "shape_unknown": _("The shape could not be looked at closely enough for a price. The shop will quote."),
    "unreachable": _("Part of the surface (%(share)s) cannot be reached by a tool from any side. The shop will quote."),
    "too_many_setups": _(
        "The part would have to be clamped %(setups)s times, at most %(most)s are priced. The shop will quote."
    ),
    "hole_too_deep": _("A hole of %(diameter)s mm is %(depth)s mm deep: too deep for our drills. The shop will quote."),
    "no_stock": _("%(material)s is not in stock in a size that holds this part. The shop will quote."),
    "not_round": _(
        "The part is not round about an axis, so it cannot be turned. Choose milling, or the shop will quote."
    ),
    "no_press": _("The mold needs %(clamp_t)s t of clamping force, more than our presses have. The shop will quote."),
    "no_mold_base": _("The part is %(longest)s mm long, longer than our molds. The shop will quote."),
    "thin_walls": _(
        "Walls are down to %(thinnest)s mm thin; %(material)s needs %(least)s mm. They may warp, break or come out with holes."
    ),
    "walls_too_thin": _(
        "Walls of %(thinnest)s mm cannot be made of %(material)s, which needs %(least)s mm. Make them thicker, choose another "
        "material, or let the shop look at it."
    ),
    "sharp_inside_corners": _(
        "%(length)s mm of inside edges are sharp. A mill leaves its radius there; rounded edges in your model avoid surprises."
    ),
    "price_is_zero": _("The part is too small for a price by the formula. The shop will quote."),
}
UNKNOWN_REASON = _("The shop has to look at this part.")

SHIPPING_REASONS = {
    "method_gone": _("The chosen shipping method is no longer offered. Please choose another one."),
    "country_not_served": _("%(method)s does not go to this country. Choose another method, or the shop will quote."),
    "too_heavy": _("The order is too heavy for %(method)s. Choose another method, or the shop will quote."),
    "too_dear": _("The order is worth too much for %(method)s. Choose another method, or the shop will quote."),
    "weight_unknown": _("Shipping is quoted together with the parts that have no price yet."),
}

FIELDS = {
    "process": _("process"),
    "material": _("material"),
    "finish": _("finish"),
    "colour": _("colour"),
    "profile": _("print quality"),
    "lead_time": _("lead time"),
    "tolerance": _("tolerance"),
    "extras": _("extra"),
    "cavities": _("number of cavities"),
}


def component_label(component: Component) -> str:
    """What a component is called. Raises KeyError for a code that is none of the pricing room's."""
    return str(LABELS[component.code]) % component.inputs


def component_formula(component: Component) -> str:
    """How the amount came about: "12.4 cm³ × 0.32 €/cm³ × 5 copies". Raises KeyError like `component_label`."""
    return FORMULAS[component.code](component.inputs)


def say(reason: Reason) -> str:
    """A reason of a line or order as a sentence; what the measuring code found is said in its own words."""
    if reason.code in geometry_words.SENTENCES:
        return geometry_words.say(reason)
    if reason.code == "shipping_to_be_quoted":
        return str(SHIPPING_REASONS[reason.params["cause"]]) % reason.params
    return str(REASONS.get(reason.code, UNKNOWN_REASON)) % _spoken(reason)


def _spoken(reason: Reason) -> dict[str, str]:
    """A reason's parameters with field names and sizes put into words."""
    spoken = dict(reason.params)
    if reason.code == "choose_options":
        spoken["missing"] = ", ".join(str(FIELDS[name]) for name in reason.params["missing"].split())
    elif reason.code == "no_longer_offered":
        spoken["field"] = str(FIELDS[reason.params["field"]])
    elif reason.code == "unreachable":
        spoken["share"] = _percent(reason.params["percent"])
    elif reason.code == "hole_too_deep":
        spoken = {"diameter": _number(reason.params["diameter_mm"], 1), "depth": _number(reason.params["depth_mm"], 1)}
    elif reason.code in ("thin_walls", "walls_too_thin"):
        spoken |= {name: _number(reason.params[f"{name}_mm"], 2) for name in ("thinnest", "least")}
    elif reason.code == "sharp_inside_corners":
        spoken = {"length": _number(reason.params["length_mm"], 0)}
    elif reason.code == "no_mold_base":
        spoken["longest"] = _number(reason.params["longest_mm"], 1)
    elif reason.code == "too_big_for_machine":
        spoken = {"part": _size(reason.params["part_mm"]), "machine": _size(reason.params["machine_mm"])}
    return spoken


# --- numbers ----------------------------------------------------------------------------------------------------


def _number(value: str | Decimal, most: int = 3, least: int = 0) -> str:
    """A decimal with `least` to `most` places, the rest rounded half-up."""
    number = Decimal(value).quantize(Decimal(1).scaleb(-most), ROUND_HALF_UP)
    shown = format(number, "f")
    whole, _dot, places = shown.partition(".")
    places = places.rstrip("0").ljust(least, "0")
    return str(number_format(Decimal(f"{whole}.{places}" if places else whole), decimal_pos=len(places)))


def _money(value: str | Decimal, inputs: Inputs) -> str:
    """An amount or a rate: at least the currency's places, rates up to four."""
    currency = inputs["currency"]
    least = PLACES.get(currency, 2)
    return f"{_number(value, max(4, least), least)} {SYMBOLS.get(currency, currency)}"


def _percent(value: str) -> str:
    return f"{_number(value.lstrip('-'))} %"


def _size(extents: str) -> str:
    return " × ".join(_number(extent, 1) for extent in extents.split())


def _copies(inputs: Inputs) -> str:
    count = int(inputs["quantity"])
    return ngettext("%(count)s piece", "%(count)s pieces", count) % {"count": _number(str(count))}


def _hours(seconds: Decimal) -> str:
    return f"{_number(seconds / 3600)} h"


# --- formulas ---------------------------------------------------------------------------------------------------


def _material(inputs: Inputs) -> str:
    if inputs.get("basis") == "stock":
        stock = gettext("stock %(size)s mm") % {"size": _size(inputs["stock_mm"])}
        return f"{stock}: {_used(inputs)}"
    if inputs.get("basis") == "bar":
        told = {"rod": _number(inputs["rod_mm"], 1), "count": _number(inputs["per_bar"])}
        return gettext("rod ⌀ %(rod)s mm, %(count)s pieces a bar") % told + f": {_used(inputs)}"
    return _used(inputs)


def _used(inputs: Inputs) -> str:
    exponent = inputs["size_exponent"]
    power = "" if exponent == "1" else f"^{_number(exponent)}"
    volume = f"({_number(inputs['volume_cm3'])} cm³){power}" if power else f"{_number(inputs['volume_cm3'])} cm³"
    return f"{volume} × {_money(inputs['price_per_cm3'], inputs)}/cm³ × {_copies(inputs)}"


def _machine_time(inputs: Inputs) -> str:
    rate, copies = f"{_money(inputs['hourly_rate'], inputs)}/h", _copies(inputs)
    if inputs["basis"] == "estimate":
        return f"{_hours(Decimal(inputs['seconds']))} × {rate} × {copies}"
    if inputs["basis"] in ("milling", "turning"):
        return _cutting_time(inputs, f"{rate} × {copies}")
    if inputs["basis"] == "press":
        cycle, cavities = _number(inputs["cycle_s"], 1), int(inputs["cavities"])
        told = {"cycle": cycle, "press": _number(inputs["press_t"])}
        each = gettext("cycle of %(cycle)s s on the %(press)s t press") % told
        return each + (f" ÷ {cavities}" if cavities > 1 else "") + f" × {rate} × {copies}"
    if inputs["basis"] == "layers":
        layers, seconds = _number(inputs["layers"]), _number(inputs["seconds_per_layer"])
        return gettext("%(layers)s layers × %(seconds)s s") % {"layers": layers, "seconds": seconds} + (
            f" × {rate} × {copies}"
        )
    growing = f"{_number(inputs['height_mm'])} mm ÷ {_number(inputs['growth_mm_per_h'])} mm/h × {rate}"
    if inputs["basis"] == "stacked":
        return gettext("%(growing)s, height of %(copies)s together") % {"growing": growing, "copies": copies}
    builds = int(inputs["builds"])
    told = {"growing": growing, "builds": _number(str(builds)), "capacity": _number(inputs["capacity"])}
    return (
        ngettext(
            "%(growing)s × %(builds)s build (up to %(capacity)s pieces each)",
            "%(growing)s × %(builds)s builds (up to %(capacity)s pieces each)",
            builds,
        )
        % told
    )


def _cutting_time(inputs: Inputs, times: str) -> str:
    """What the minutes of one copy are made of."""
    told = {
        "removed": _number(inputs["removed_cm3"], 1),
        "roughing": _number(inputs["roughing_min"], 1),
        "finishing": _number(inputs["finishing_min"], 1),
        "complexity": _number(inputs["complexity"], 2),
        "tools": _number(inputs["tool_min"], 1),
        "setups": _number(inputs["setup_min"], 1),
    }
    parts = gettext(
        "(%(roughing)s min for %(removed)s cm³ + %(finishing)s min finishing) × %(complexity)s + "
        "%(tools)s min tools + %(setups)s min set-ups"
    )
    return f"({parts % told}) × {times}"


def _tool(inputs: Inputs) -> str:
    cavity = f"{_money(inputs['base'], inputs)} + {inputs['cavities']} × {_money(inputs['cavity'], inputs)}"
    if inputs["slides"] == "0":
        return cavity
    told = {"count": inputs["slides"], "slide": _money(inputs["slide"], inputs)}
    return cavity + gettext(" + %(count)s slides × %(slide)s") % told


def _hours_at(inputs: Inputs) -> str:
    setups = f"{inputs['setups']} × " if "setups" in inputs else ""
    return f"{setups}{_number(inputs['hours'], 2)} h × {_money(inputs['hourly_rate'], inputs)}/h"


def _finish(inputs: Inputs) -> str:
    terms = []
    if "per_piece" in inputs:
        terms.append(_money(inputs["per_piece"], inputs))
    if "per_cm2" in inputs:
        terms.append(f"{_number(inputs['area_cm2'])} cm² × {_money(inputs['per_cm2'], inputs)}/cm²")
    if "per_cm3" in inputs:
        terms.append(f"{_number(inputs['volume_cm3'])} cm³ × {_money(inputs['per_cm3'], inputs)}/cm³")
    lot = _money(inputs["lot_charge"], inputs)
    if not terms:
        return gettext("%(lot)s for the lot") % {"lot": lot}
    pieces = f"{terms[0]} × {_copies(inputs)}" if len(terms) == 1 else f"({' + '.join(terms)}) × {_copies(inputs)}"
    if inputs["lot_charge"] == "0":
        return pieces
    return gettext("%(pieces)s, at least %(lot)s") % {"pieces": pieces, "lot": lot}


def _shipping(inputs: Inputs) -> str:
    if "free_from" in inputs:
        return gettext("free from %(value)s") % {"value": _money(inputs["free_from"], inputs)}
    if "by_hand" in inputs:
        return gettext("as offered")
    price = _money(inputs["price"], inputs)
    if "up_to_value" in inputs:
        told = {"limit": _money(inputs["up_to_value"], inputs), "price": price}
        return gettext("goods up to %(limit)s: %(price)s") % told
    if "weight_kg" not in inputs:
        return price
    told = {"weight": _number(inputs["weight_kg"]), "limit": _number(inputs["up_to_kg"]), "price": price}
    return gettext("%(weight)s kg, up to %(limit)s kg: %(price)s") % told


def _percent_of(inputs: Inputs) -> str:
    told = {"percent": _percent(inputs["percent"]), "base": _money(inputs["base"], inputs)}
    return gettext("%(percent)s of %(base)s") % told


def _tax_within(inputs: Inputs) -> str:
    told = {"percent": _percent(inputs["percent"]), "base": _money(inputs["base"], inputs)}
    return gettext("%(percent)s contained in %(base)s") % told


def _minimum_part(inputs: Inputs) -> str:
    return f"{_money(inputs['minimum'], inputs)} × {_copies(inputs)} − {_money(inputs['sum'], inputs)}"


FORMULAS: dict[str, Callable[[Inputs], str]] = {
    "material": _material,
    "machine_time": _machine_time,
    "post_production": lambda inputs: f"{_money(inputs['per_piece'], inputs)} × {_copies(inputs)}",
    "finish": _finish,
    "holes": lambda inputs: f"{_money(inputs['each'], inputs)} × {_copies(inputs)}",
    "extras": lambda inputs: f"{_money(inputs['each'], inputs)} × {_copies(inputs)}",
    "programming": lambda inputs: _money(inputs["per_model"], inputs),
    "programming_time": _hours_at,
    "setups": _hours_at,
    "holes_setup": lambda inputs: _money(inputs["setup"], inputs),
    "extras_setup": lambda inputs: _money(inputs["setup"], inputs),
    "tool": _tool,
    "tolerance": _percent_of,
    "startup": lambda inputs: _money(inputs["startup"], inputs),
    "markup": _percent_of,
    "lead_time": _percent_of,
    "quantity_discount": _percent_of,
    "price_level": _percent_of,
    "minimum_part": _minimum_part,
    "minimum_order": lambda inputs: f"{_money(inputs['minimum'], inputs)} − {_money(inputs['sum'], inputs)}",
    "promo": _percent_of,
    "discount": lambda inputs: _percent_of(inputs) if "percent" in inputs else "",
    "by_hand": lambda inputs: "",
    "fee": lambda inputs: "",
    "shipping": _shipping,
    "tax_taken_out": _tax_within,
}
