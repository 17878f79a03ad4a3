"""Addresses of the perfect-order pages."""

from django.urls import path

from . import pages

urlpatterns = [
    path("perfect-order", pages.perfect_order, name="perfect_order"),
    path("perfect-order/orders", pages.behind, name="perfect_order_orders"),
    path("perfect-order/compare", pages.compare, name="perfect_order_compare"),
    path("perfect-order.csv", pages.export, name="perfect_order_export"),
]
