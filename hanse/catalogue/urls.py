"""Addresses of the catalogue's pages."""

from django.urls import path

from . import pages

urlpatterns = [
    path("items/<path:sku>/parts", pages.item_parts, name="item_parts"),
]
