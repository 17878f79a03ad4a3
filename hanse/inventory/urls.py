"""Addresses of the stock pages."""

from django.urls import path

from . import pages

urlpatterns = [
    path("stock", pages.stock, name="stock"),
    path("stock/<path:sku>", pages.stock_item, name="stock_item"),
    path("stock-book/<str:what>/<path:sku>", pages.stock_book, name="stock_book"),
]
