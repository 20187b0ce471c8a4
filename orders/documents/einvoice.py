"""The machine-readable twin of an invoice: Factur-X / ZUGFeRD, profile EN 16931, inside the PDF (PDF/A-3).

Made from the same frozen facts as the page. Left out where the facts do not fit its form: prices with tax included,
several tax rates together with order-wide charges, a shop without a VAT ID. The page is the invoice in any case.
"""

from decimal import Decimal
from typing import Any

from lxml import etree

NS = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
}
PROFILE = "urn:cen.eu:en16931:2017"
TYPES = {"invoice": "380", "credit_note": "381"}
PIECE = "C62"  # UN/ECE Rec. 20: one
# VAT category (UNTDID 5305) and reason where no tax is charged.
WITHOUT_TAX = {
    "reverse_charge": ("K", "Intra-Community supply, reverse charge"),
    "export": ("G", "Export, VAT not charged"),
}
Facts = dict[str, Any]


def has_one(facts: Facts) -> bool:
    if facts["kind"] not in TYPES or facts.get("prices_gross") or facts.get("reduction"):
        return False
    if not facts["shop"]["vat_id"] or not facts["customer"]["billing_country"]:
        return False
    return len(facts["taxes"]) == 1


def attached(pdf: bytes, facts: Facts) -> bytes:
    """The PDF with the XML inside. Raises what the library raises when either is not as the standard wants it."""
    from facturx import generate_from_binary

    return bytes(
        generate_from_binary(
            pdf, xml(facts), flavor="factur-x", level="en16931", check_xsd=True, check_schematron=False
        )
    )


def xml(facts: Facts) -> bytes:
    """Cross Industry Invoice, UN/CEFACT D22B."""
    root = etree.Element(_tag("rsm:CrossIndustryInvoice"), nsmap=NS)
    put(root, "rsm:ExchangedDocumentContext/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID", PROFILE)
    head = put(root, "rsm:ExchangedDocument")
    put(head, "ram:ID", facts["number"])
    put(head, "ram:TypeCode", TYPES[facts["kind"]])
    _date(put(head, "ram:IssueDateTime"), facts["date"])
    deal = put(root, "rsm:SupplyChainTradeTransaction")
    for line in facts["lines"]:
        _line(deal, line, facts)
    _parties(put(deal, "ram:ApplicableHeaderTradeAgreement"), facts)
    delivery = put(deal, "ram:ApplicableHeaderTradeDelivery")
    if goes_to := (facts.get("vat") or {}).get("country"):
        put(delivery, "ram:ShipToTradeParty/ram:PostalTradeAddress/ram:CountryID", goes_to)
    _date(put(delivery, "ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime"), facts["date"])
    _settlement(put(deal, "ram:ApplicableHeaderTradeSettlement"), facts)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def put(parent: Any, path: str, text: str | None = None, **attributes: str) -> Any:
    """A new element at the end of a path of elements, which are made where needed."""
    *way, last = path.split("/")
    for step in way:
        parent = etree.SubElement(parent, _tag(step))
    made = etree.SubElement(parent, _tag(last), attributes)
    made.text = text
    return made


def _tag(name: str) -> str:
    prefix, local = name.split(":")
    return f"{{{NS[prefix]}}}{local}"


def _date(parent: Any, day: str) -> None:
    put(parent, "udt:DateTimeString", day.replace("-", ""), format="102")


def _line(deal: Any, line: Facts, facts: Facts) -> None:
    item = put(deal, "ram:IncludedSupplyChainTradeLineItem")
    put(item, "ram:AssociatedDocumentLineDocument/ram:LineID", str(line["position"]))
    put(item, "ram:SpecifiedTradeProduct/ram:Name", line["name"])
    price = put(item, "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice")
    put(price, "ram:ChargeAmount", line["net"])  # of the whole line: the derived price of one is never multiplied back
    put(price, "ram:BasisQuantity", str(line["quantity"]), unitCode=PIECE)
    put(item, "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity", str(line["quantity"]), unitCode=PIECE)
    settled = put(item, "ram:SpecifiedLineTradeSettlement")
    _tax(put(settled, "ram:ApplicableTradeTax"), facts)
    put(settled, "ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount", line["net"])


def _category(facts: Facts) -> tuple[str, str]:
    rate = Decimal(facts["taxes"][0]["rate"])
    if rate > 0:
        return "S", ""
    case = str((facts.get("vat") or {}).get("case"))
    return WITHOUT_TAX.get(case, ("E", "Exempt from tax"))


def _tax(tax: Any, facts: Facts) -> None:
    put(tax, "ram:TypeCode", "VAT")
    put(tax, "ram:CategoryCode", _category(facts)[0])
    put(tax, "ram:RateApplicablePercent", facts["taxes"][0]["rate"])


def _parties(agreement: Any, facts: Facts) -> None:
    shop, customer = facts["shop"], facts["customer"]
    if facts["reference"]:
        put(agreement, "ram:BuyerReference", facts["reference"])
    seller = put(agreement, "ram:SellerTradeParty")
    put(seller, "ram:Name", shop["legal_name"] or shop["name"])
    address = put(seller, "ram:PostalTradeAddress")
    for number, text in zip(("One", "Two", "Three"), shop["address"].splitlines(), strict=False):
        put(address, f"ram:Line{number}", text.strip())
    put(address, "ram:CountryID", shop["country"])
    put(seller, "ram:SpecifiedTaxRegistration/ram:ID", shop["vat_id"], schemeID="VA")
    buyer = put(agreement, "ram:BuyerTradeParty")
    lines = customer["billing"] or [customer["name"]]
    put(buyer, "ram:Name", lines[0])
    address = put(buyer, "ram:PostalTradeAddress")
    for number, text in zip(("One", "Two", "Three"), lines[1:], strict=False):
        put(address, f"ram:Line{number}", text)
    put(address, "ram:CountryID", customer["billing_country"])
    if customer["vat_id"]:
        put(buyer, "ram:SpecifiedTaxRegistration/ram:ID", customer["vat_id"], schemeID="VA")
    if facts.get("po"):
        put(agreement, "ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID", facts["po"])


def _settlement(settlement: Any, facts: Facts) -> None:
    put(settlement, "ram:InvoiceCurrencyCode", facts["currency"])
    tax = facts["taxes"][0]
    code, reason = _category(facts)
    summed = put(settlement, "ram:ApplicableTradeTax")
    put(summed, "ram:CalculatedAmount", tax["tax"])
    put(summed, "ram:TypeCode", "VAT")
    if reason:
        put(summed, "ram:ExemptionReason", reason)
    put(summed, "ram:BasisAmount", tax["base"])
    put(summed, "ram:CategoryCode", code)
    put(summed, "ram:RateApplicablePercent", tax["rate"])
    for component in facts["components"]:
        _charge(settlement, component, facts)
    if facts.get("due"):
        _date(put(settlement, "ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime"), facts["due"])
    else:
        put(settlement, "ram:SpecifiedTradePaymentTerms/ram:Description", "Payable now")
    _totals(settlement, facts)
    if facts.get("corrects"):
        put(settlement, "ram:InvoiceReferencedDocument/ram:IssuerAssignedID", facts["corrects"])


def _charge(settlement: Any, component: Facts, facts: Facts) -> None:
    """Shipping and minimum order values are charges, discounts allowances."""
    amount = Decimal(component["amount"])
    if not amount:
        return
    entry = put(settlement, "ram:SpecifiedTradeAllowanceCharge")
    put(entry, "ram:ChargeIndicator/udt:Indicator", "true" if amount > 0 else "false")
    put(entry, "ram:ActualAmount", str(abs(amount)))
    put(entry, "ram:Reason", component["text"])
    tax = put(entry, "ram:CategoryTradeTax")
    put(tax, "ram:TypeCode", "VAT")
    put(tax, "ram:CategoryCode", _category(facts)[0])
    put(tax, "ram:RateApplicablePercent", facts["taxes"][0]["rate"])


def _totals(settlement: Any, facts: Facts) -> None:
    amounts = [Decimal(component["amount"]) for component in facts["components"]]
    lines = sum((Decimal(line["net"]) for line in facts["lines"]), Decimal(0))
    paid = sum((Decimal(one["amount"]) for one in facts.get("payments", ())), Decimal(0))
    sums = put(settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation")
    put(sums, "ram:LineTotalAmount", f"{lines:.2f}")
    put(sums, "ram:ChargeTotalAmount", f"{sum((a for a in amounts if a > 0), Decimal(0)):.2f}")
    put(sums, "ram:AllowanceTotalAmount", f"{-sum((a for a in amounts if a < 0), Decimal(0)):.2f}")
    put(sums, "ram:TaxBasisTotalAmount", facts["net"])
    put(sums, "ram:TaxTotalAmount", facts["tax"], currencyID=facts["currency"])
    put(sums, "ram:GrandTotalAmount", facts["total"])
    put(sums, "ram:TotalPrepaidAmount", f"{paid:.2f}")
    put(sums, "ram:DuePayableAmount", f"{Decimal(facts['total']) - paid:.2f}")
