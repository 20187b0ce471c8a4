"""What migration 0003 does beside the tables: indexes by trigrams, and what the list needs of orders that are there."""

from typing import Any

from django.db import DatabaseError, transaction

TRIGRAMS = {
    "order_words": "orders_ordertext USING gin (text gin_trgm_ops)",
    "user_name_words": "accounts_user USING gin (UPPER(name::text) gin_trgm_ops)",
    "user_email_words": "accounts_user USING gin (UPPER(email::text) gin_trgm_ops)",
    "company_words": "accounts_company USING gin (UPPER(name::text) gin_trgm_ops)",
}


def index(apps: Any, schema_editor: Any) -> None:
    """On PostgreSQL, where its owner may create pg_trgm (trusted since 13). Without it searches are slower, not other."""
    if schema_editor.connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(using=schema_editor.connection.alias):
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError:
        return
    for name, what in TRIGRAMS.items():
        schema_editor.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {what}")


def drop(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for name in TRIGRAMS:
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}")


def fill(apps: Any, schema_editor: Any) -> None:
    from orders.models.status import position
    from orders.workflow.searching import folded, words_of

    Order, OrderText = apps.get_model("orders", "Order"), apps.get_model("orders", "OrderText")
    orders = Order.objects.exclude(status="draft").select_related("customer", "company")
    some: list[Any] = []
    for order in orders.prefetch_related("lines", "purchase_orders").iterator(500):
        order.position = position(order.status, order.number)
        some.append(order)
        if len(some) == 500:
            _keep(Order, OrderText, some, folded, words_of)
            some = []
    _keep(Order, OrderText, some, folded, words_of)


def _keep(Order: Any, OrderText: Any, some: list[Any], folded: Any, words_of: Any) -> None:
    Order.objects.bulk_update(some, ["position"])
    OrderText.objects.bulk_create([OrderText(order=order, text=folded(words_of(order))) for order in some])
