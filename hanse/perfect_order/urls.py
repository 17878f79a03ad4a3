"""Addresses of the perfect-order and the carrier pages."""

from django.urls import path

from . import carrier_pages, pages

urlpatterns = [
    path("perfect-order", pages.perfect_order, name="perfect_order"),
    path("perfect-order/orders", pages.behind, name="perfect_order_orders"),
    path("perfect-order/compare", pages.compare, name="perfect_order_compare"),
    path("perfect-order.csv", pages.export, name="perfect_order_export"),
    path("carriers", carrier_pages.all_carriers, name="carriers"),
    path("carriers.csv", carrier_pages.export, name="carriers_export"),
    path("carriers/<str:code>", carrier_pages.one_carrier, name="carrier"),
    path("carriers/<str:code>/parcels", carrier_pages.parcels_behind, name="carrier_parcels"),
    path("carriers/<str:code>/scorecard.pdf", carrier_pages.paper, name="carrier_paper"),
]
