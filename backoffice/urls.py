from django.urls import path
from django.views.generic import RedirectView

from backoffice.views.change import bo_change
from backoffice.views.emails import bo_email, bo_email_html, bo_email_retry, bo_emails
from backoffice.views.order import bo_order, bo_po_file
from backoffice.views.orders import bo_orders

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="bo_orders"), name="bo_home"),
    path("orders/", bo_orders, name="bo_orders"),
    path("orders/<int:number>/", bo_order, name="bo_order"),
    path("orders/<int:number>/change/<slug:transition>/", bo_change, name="bo_change"),
    path("orders/<int:number>/po/<int:po>/", bo_po_file, name="bo_po_file"),
    path("emails/", bo_emails, name="bo_emails"),
    path("emails/<int:email>/", bo_email, name="bo_email"),
    path("emails/<int:email>/html/", bo_email_html, name="bo_email_html"),
    path("emails/<int:email>/retry/", bo_email_retry, name="bo_email_retry"),
]
