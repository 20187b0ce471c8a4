from django.urls import path

from accounts import joining, logo, views

urlpatterns = [
    path("logo/<str:name>", logo.logo, name="logo"),
    path("join/<str:token>/", joining.join, name="join"),
    path("second-factor/", joining.second_factor, name="second_factor"),
    path("profile/", views.profile, name="profile"),
    path("company/", views.company, name="company"),
    path("addresses/", views.addresses, name="addresses"),
    path("addresses/add/", views.address_add, name="address_add"),
    path("addresses/<int:pk>/", views.address_edit, name="address_edit"),
    path("addresses/<int:pk>/delete/", views.address_delete, name="address_delete"),
]
