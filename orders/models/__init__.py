from orders.models.documents import Counter, Document
from orders.models.lines import LineWarning, OrderLine, Work
from orders.models.order import Order
from orders.models.payments import Checkout, ProviderEvent
from orders.models.promo import PromoCode
from orders.models.records import (
    Acceptance,
    HistoryEntry,
    LedgerEntry,
    OfferRevision,
    OrderText,
    PurchaseOrder,
    RefundRequest,
)
from orders.models.status import PaymentStatus, Status
from orders.models.talk import Attachment, Message, Shipment, ShipmentLine

__all__ = [
    "Acceptance",
    "Attachment",
    "Checkout",
    "Counter",
    "Document",
    "HistoryEntry",
    "LedgerEntry",
    "LineWarning",
    "Message",
    "OfferRevision",
    "Order",
    "OrderLine",
    "OrderText",
    "PaymentStatus",
    "PromoCode",
    "ProviderEvent",
    "PurchaseOrder",
    "RefundRequest",
    "Shipment",
    "ShipmentLine",
    "Status",
    "Work",
]
