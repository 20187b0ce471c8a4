from django.urls import path
from django.views.generic import RedirectView

from backoffice.views import (
    catalogue,
    catalogue_edit,
    catalogue_try,
    customers,
    customers_data,
    quotation,
    quotation_send,
    settings,
    staff,
)
from backoffice.views.activity import bo_activity
from backoffice.views.attention import bo_attention, bo_preview, bo_previews
from backoffice.views.board import bo_board, bo_board_move
from backoffice.views.bulk import bo_bulk, bo_bulk_result
from backoffice.views.change import bo_change
from backoffice.views.documents import bo_document, bo_document_retry, bo_invoice, bo_job_card
from backoffice.views.editing import bo_edit, bo_edit_fee, bo_edit_line, bo_edit_remove, bo_edit_terms
from backoffice.views.emails import bo_email, bo_email_html, bo_email_retry, bo_emails
from backoffice.views.export import bo_orders_csv
from backoffice.views.figures import bo_figures
from backoffice.views.money import bo_due_date, bo_payment, bo_refund, bo_refunds
from backoffice.views.order import bo_order, bo_po_file
from backoffice.views.orders import bo_columns, bo_filter_remove, bo_filter_save, bo_orders
from backoffice.views.tending import bo_attachment, bo_message, bo_ship_part, bo_tend, bo_work

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="bo_orders"), name="bo_home"),
    path("orders/", bo_orders, name="bo_orders"),
    path("orders/export.csv", bo_orders_csv, name="bo_orders_csv"),
    path("orders/columns/", bo_columns, name="bo_columns"),
    path("orders/change/", bo_bulk, name="bo_bulk"),
    path("orders/changed/<uuid:key>/", bo_bulk_result, name="bo_bulk_result"),
    path("orders/filters/", bo_filter_save, name="bo_filter_save"),
    path("orders/filters/<int:index>/remove/", bo_filter_remove, name="bo_filter_remove"),
    path("orders/<int:number>/", bo_order, name="bo_order"),
    path("orders/<int:number>/change/<slug:transition>/", bo_change, name="bo_change"),
    path("orders/<int:number>/edit/", bo_edit, name="bo_edit"),
    path("orders/<int:number>/edit/lines/<int:line_id>/", bo_edit_line, name="bo_edit_line"),
    path("orders/<int:number>/edit/lines/<int:line_id>/remove/", bo_edit_remove, name="bo_edit_remove"),
    path("orders/<int:number>/edit/fees/", bo_edit_fee, name="bo_edit_fee"),
    path("orders/<int:number>/edit/terms/", bo_edit_terms, name="bo_edit_terms"),
    path("orders/<int:number>/payment/", bo_payment, name="bo_payment"),
    path("orders/<int:number>/due-date/", bo_due_date, name="bo_due_date"),
    path("orders/<int:number>/refund/", bo_refund, name="bo_refund"),
    path("quotation/", quotation.bo_quotations, name="bo_quotations"),
    path("quotation/new/", quotation.bo_quotation_new, name="bo_quotation_new"),
    path("quotation/<slug:public_id>/customer/", quotation.bo_quotation_customer, name="bo_quotation_customer"),
    path("quotation/<slug:public_id>/save/", quotation.bo_quotation_save, name="bo_quotation_save"),
    path("quotation/<slug:public_id>/send/", quotation_send.bo_quotation_send, name="bo_quotation_send"),
    path("quotation/<slug:public_id>/copy/", quotation.bo_quotation_copy, name="bo_quotation_copy"),
    path("quotation/<slug:public_id>/discard/", quotation.bo_quotation_discard, name="bo_quotation_discard"),
    path("refunds/", bo_refunds, name="bo_refunds"),
    path("orders/<int:number>/job-card/", bo_job_card, name="bo_job_card"),
    path("orders/<int:number>/invoice/", bo_invoice, name="bo_invoice"),
    path("orders/<int:number>/documents/<int:document_id>.pdf", bo_document, name="bo_document"),
    path("orders/<int:number>/documents/<int:document_id>/retry/", bo_document_retry, name="bo_document_retry"),
    path("orders/<int:number>/po/<int:po>/", bo_po_file, name="bo_po_file"),
    path("orders/<int:number>/messages/", bo_message, name="bo_message"),
    path("orders/<int:number>/attachments/<int:attachment>/", bo_attachment, name="bo_attachment"),
    path("orders/<int:number>/facts/", bo_tend, name="bo_tend"),
    path("orders/<int:number>/lines/<int:line_id>/work/", bo_work, name="bo_work"),
    path("orders/<int:number>/ship-part/", bo_ship_part, name="bo_ship_part"),
    path("board/", bo_board, name="bo_board"),
    path("board/<int:number>/<slug:transition>/", bo_board_move, name="bo_board_move"),
    path("figures/", bo_figures, name="bo_figures"),
    path("attention/", bo_attention, name="bo_attention"),
    path("emails/", bo_emails, name="bo_emails"),
    path("emails/previews/", bo_previews, name="bo_previews"),
    path("emails/previews/<slug:event>/<slug:audience>/", bo_preview, name="bo_preview"),
    path("emails/<int:email>/", bo_email, name="bo_email"),
    path("emails/<int:email>/html/", bo_email_html, name="bo_email_html"),
    path("emails/<int:email>/retry/", bo_email_retry, name="bo_email_retry"),
    path("customers/", customers.bo_customers, name="bo_customers"),
    path("customers/<int:company>/", customers.bo_company, name="bo_company"),
    path("customers/<int:company>/edit/", customers.bo_company_edit, name="bo_company_edit"),
    path("customers/<int:company>/addresses/add/", customers.bo_company_address, name="bo_company_address_add"),
    path("customers/<int:company>/addresses/<int:address>/", customers.bo_company_address, name="bo_company_address"),
    path(
        "customers/<int:company>/addresses/<int:address>/delete/",
        customers.bo_company_address_delete,
        name="bo_company_address_delete",
    ),
    path("customers/<int:company>/merge/", customers_data.bo_company_merge, name="bo_company_merge"),
    path("customers/<int:company>/export.zip", customers_data.bo_company_export, name="bo_company_export"),
    path("customers/<int:company>/erase/", customers_data.bo_company_erase, name="bo_company_erase"),
    path("people/<int:person>/", customers.bo_person, name="bo_person"),
    path("people/<int:person>/edit/", customers.bo_person_edit, name="bo_person_edit"),
    path("people/<int:person>/merge/", customers_data.bo_person_merge, name="bo_person_merge"),
    path("people/<int:person>/export.zip", customers_data.bo_person_export, name="bo_person_export"),
    path("people/<int:person>/erase/", customers_data.bo_person_erase, name="bo_person_erase"),
    path("settings/", settings.bo_settings_home, name="bo_settings_home"),
    path("settings/emails/", settings.bo_wordings, name="bo_wordings"),
    path("settings/emails/<slug:event>/<slug:audience>/", settings.bo_wording, name="bo_wording"),
    path(
        "settings/emails/<slug:event>/<slug:audience>/preview/", settings.bo_wording_preview, name="bo_wording_preview"
    ),
    path("settings/emails/<slug:event>/<slug:audience>/reset/", settings.bo_wording_reset, name="bo_wording_reset"),
    path("settings/<slug:section>/", settings.bo_settings, name="bo_settings"),
    path("staff/", staff.bo_staff, name="bo_staff"),
    path("staff/invitations/<int:invitation>/again/", staff.bo_invitation_again, name="bo_invitation_again"),
    path("staff/invitations/<int:invitation>/withdraw/", staff.bo_invitation_withdraw, name="bo_invitation_withdraw"),
    path("staff/<int:colleague>/", staff.bo_colleague, name="bo_colleague"),
    path("staff/<int:colleague>/deactivate/", staff.bo_colleague_deactivate, name="bo_colleague_deactivate"),
    path("staff/<int:colleague>/reactivate/", staff.bo_colleague_reactivate, name="bo_colleague_reactivate"),
    path("activity/", bo_activity, name="bo_activity"),
    path("catalogue/", catalogue.bo_catalogue, name="bo_catalogue"),
    path("catalogue/start/", catalogue.bo_draft_start, name="bo_draft_start"),
    path("catalogue/draft/", catalogue.bo_draft, name="bo_draft"),
    path("catalogue/draft/try/", catalogue_try.bo_draft_try, name="bo_draft_try"),
    path("catalogue/draft/publish/", catalogue.bo_draft_publish, name="bo_draft_publish"),
    path("catalogue/draft/discard/", catalogue.bo_draft_discard, name="bo_draft_discard"),
    path("catalogue/draft/import/", catalogue.bo_draft_import, name="bo_draft_import"),
    path("catalogue/draft/edit/<path:where>/", catalogue_edit.bo_draft_page, name="bo_draft_page"),
    path("catalogue/draft/copy/<path:where>/", catalogue_edit.bo_draft_copy, name="bo_draft_copy"),
    path("catalogue/draft/remove/<path:where>/", catalogue_edit.bo_draft_remove, name="bo_draft_remove"),
    path("catalogue/<int:number>/", catalogue.bo_price_list, name="bo_price_list"),
    path("catalogue/<int:number>/again/", catalogue.bo_price_list_again, name="bo_price_list_again"),
    path("catalogue/<int:number>.json", catalogue.bo_price_list_json, name="bo_price_list_json"),
]
