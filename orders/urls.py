from django.urls import path

from orders.views import checkout, documents, files, order, orders, pay, quote, quote_shop, uploads
from orders.views import messages as thread

urlpatterns = [
    path("", uploads.home, name="home"),
    # the draft: quote page and basket in one
    path("quote/", uploads.quote_start, name="quote_start"),
    path("quote/<slug:public_id>/", quote.quote, name="quote"),
    path("quote/<slug:public_id>/files/", uploads.quote_upload, name="quote_upload"),
    path("quote/<slug:public_id>/lines/", quote.quote_lines, name="quote_lines"),
    path("quote/<slug:public_id>/lines/<int:line_id>/", quote.line_change, name="line_change"),
    path("quote/<slug:public_id>/lines/<int:line_id>/remove/", quote.line_remove, name="line_remove"),
    path("quote/<slug:public_id>/lines/<int:line_id>/duplicate/", quote.line_duplicate, name="line_duplicate"),
    path("quote/<slug:public_id>/lines/<int:line_id>/unit/", quote.line_unit, name="line_unit"),
    path("quote/<slug:public_id>/lines/<int:line_id>/keep/", quote.line_keep, name="line_keep"),
    path("quote/<slug:public_id>/lines/<int:line_id>/split/", quote.line_split, name="line_split"),
    path("quote/<slug:public_id>/lines/<int:line_id>/replace/", uploads.line_replace, name="line_replace"),
    path("quote/<slug:public_id>/lines/<int:line_id>/drawing/", quote.line_drawing, name="line_drawing"),
    path("quote/<slug:public_id>/lines/<int:line_id>/as-before/", quote.line_as_before, name="line_as_before"),
    path("quote/<slug:public_id>/lines/<int:line_id>/prices/", quote.line_prices, name="line_prices"),
    path("quote/<slug:public_id>/lines/<int:line_id>/cheaper/", quote.line_cheaper, name="line_cheaper"),
    path("quote/<slug:public_id>/lines/<int:line_id>/curve/", quote.line_curve, name="line_curve"),
    path("quote/<slug:public_id>/lines/<int:line_id>/risk/", quote.line_risk, name="line_risk"),
    path("quote/<slug:public_id>/bulk/", quote.quote_bulk, name="quote_bulk"),
    path("quote/<slug:public_id>/undo/", quote.quote_undo, name="quote_undo"),
    path("quote/<slug:public_id>/promo/", quote.quote_promo, name="quote_promo"),
    # the shop's powers on the same page
    path("quote/<slug:public_id>/lines/<int:line_id>/shop/", quote_shop.line_shop, name="line_shop"),
    path(
        "quote/<slug:public_id>/lines/<int:line_id>/alternatives/",
        quote_shop.line_alternatives,
        name="line_alternatives",
    ),
    path("quote/<slug:public_id>/fees/", quote_shop.quote_fee, name="quote_fee"),
    path("quote/<slug:public_id>/fees/<int:line_id>/remove/", quote_shop.fee_remove, name="fee_remove"),
    path("quote/<slug:public_id>/import/", quote_shop.quote_import, name="quote_import"),
    path("quote/<slug:public_id>/terms/", quote_shop.quote_terms, name="quote_terms"),
    path("quote/<slug:public_id>/library/", quote_shop.quote_library, name="quote_library"),
    path("quote/<slug:public_id>/library/<int:part_id>/", quote_shop.quote_library_add, name="quote_library_add"),
    # what was uploaded
    path("parts/<int:part_id>/thumbnail.png", files.part_thumbnail, name="part_thumbnail"),
    path("parts/<int:part_id>/", files.part_view, name="part_view"),
    path("parts/<int:part_id>/model.glb", files.part_model, name="part_model"),
    path("parts/<int:part_id>/drawing", files.part_drawing, name="part_drawing"),
    path("parts/<int:part_id>/file", files.part_download, name="part_download"),
]

# --- checkout, the page of an order, my orders
urlpatterns += [
    path("quote/<slug:public_id>/checkout/", checkout.checkout, name="checkout"),
    path("quote/<slug:public_id>/checkout/delivery/", checkout.delivery, name="checkout_delivery"),
    path("quote/<slug:public_id>/review/", checkout.review, name="review"),
    path("orders/", orders.orders, name="orders"),
    path("orders/<slug:public_id>/", order.order, name="order"),
    path("orders/<slug:public_id>/accept/", order.act, {"action": "accept"}, name="order_accept"),
    path(
        "orders/<slug:public_id>/request-changes/",
        order.act,
        {"action": "request_changes"},
        name="order_request_changes",
    ),
    path("orders/<slug:public_id>/provide-po/", order.act, {"action": "provide_po"}, name="order_provide_po"),
    path("orders/<slug:public_id>/pay/", pay.order_pay, name="order_pay"),
    path("orders/<slug:public_id>/paid/<int:checkout_id>/", pay.order_paid, name="order_paid"),
    path("demo-payment/<slug:session>/", pay.demo_pay, name="demo_pay"),
    path("webhooks/stripe/", pay.stripe_webhook, name="stripe_webhook"),
    path("orders/<slug:public_id>/invoice/", documents.order_invoice, name="order_invoice"),
    path("orders/<slug:public_id>/documents/<int:document_id>.pdf", documents.order_document, name="order_document"),
    path("orders/<slug:public_id>/messages/", thread.order_message, name="order_message"),
    path("orders/<slug:public_id>/messages/<int:attachment>/", thread.order_attachment, name="order_attachment"),
    path("orders/<slug:public_id>/password/", order.set_password, name="order_set_password"),
    path("orders/<slug:public_id>/again/", order.order_again, name="order_again"),
    path("orders/<slug:public_id>/cancel/", order.act, {"action": "cancel"}, name="order_cancel"),
]
