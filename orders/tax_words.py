"""Why an order is taxed as it is, in words: on pages beside the sum, and frozen on its papers."""

from django.utils.translation import gettext

from accounts.countries import COUNTRIES
from quoting.pricing.vat import Vat


def reason(vat: Vat | None) -> str:
    """In a few words, beside the rate; nothing at home."""
    case = vat.case if vat else ""
    if vat and case == "destination":
        return gettext("VAT of %(country)s") % {"country": COUNTRIES.get(vat.country, vat.country)}
    words = {
        "reverse_charge": gettext("reverse charge"),
        "export": gettext("export"),
        "exempt": gettext("tax-exempt"),
    }
    return words.get(case, "")


def note(vat: Vat | None) -> str:
    """The sentence that an invoice owes where no tax is charged."""
    if vat is None:
        return ""
    if vat.case == "reverse_charge":
        text = gettext(
            "Intra-Community supply, exempt from VAT (Article 138 of Directive 2006/112/EC). "
            "Reverse charge: VAT is due from the customer. VAT ID of the supplier: %(seller)s. "
            "VAT ID of the customer: %(buyer)s."
        )
        return text % {"seller": vat.seller_vat_id, "buyer": vat.vat_id}
    if vat.case == "export":
        return gettext("Export: no VAT is charged. Duties and taxes of the country of delivery are for the customer.")
    return gettext("Tax-exempt.") if vat.case == "exempt" else ""
