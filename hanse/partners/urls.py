"""Addresses of the pages of partners."""

from django.urls import path

from . import pages

urlpatterns = [
    path("customers", pages.customers, name="customers"),
    path("customers/<path:code>", pages.customer, name="customer"),
]
