"""Addresses of the pages of partners."""

from django.urls import path

from . import otif_pages, pages

urlpatterns = [
    path("customers", pages.customers, name="customers"),
    path("otif-definitions/<path:code>", otif_pages.otif_definitions, name="otif_definitions"),
    path("customers/<path:code>", pages.customer, name="customer"),
]
