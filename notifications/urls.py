from django.urls import path

from notifications import views

urlpatterns = [
    path("mailbox/", views.mailbox_list, name="mailbox"),
    path("mailbox/<int:email>/", views.mailbox_mail, name="mailbox_mail"),
    path("mailbox/<int:email>/html", views.mailbox_html, name="mailbox_html"),
]
