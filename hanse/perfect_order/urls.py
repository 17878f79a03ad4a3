"""Addresses of the perfect-order pages, of what is at risk and where to improve, and of the carrier and warehouse pages."""

from django.urls import path

from . import carrier_pages, improve_pages, otif_pages, pages, risk_pages, warehouse_pages

urlpatterns = [
    path("perfect-order", pages.perfect_order, name="perfect_order"),
    path("perfect-order/orders", pages.behind, name="perfect_order_orders"),
    path("perfect-order/compare", pages.compare, name="perfect_order_compare"),
    path("perfect-order.csv", pages.export, {"format": "csv"}, name="perfect_order_export"),
    path("perfect-order.parquet", pages.export, {"format": "parquet"}, name="perfect_order_parquet"),
    path("perfect-order/otif", otif_pages.otif, name="otif"),
    path("perfect-order/otif.csv", otif_pages.export, {"format": "csv"}, name="otif_export"),
    path("perfect-order/otif.parquet", otif_pages.export, {"format": "parquet"}, name="otif_parquet"),
    path("perfect-order/improve", improve_pages.improve, name="improvements"),
    path("perfect-order/improve.csv", improve_pages.export, {"format": "csv"}, name="improvements_export"),
    path("perfect-order/improve.parquet", improve_pages.export, {"format": "parquet"}, name="improvements_parquet"),
    path("perfect-order/at-risk", risk_pages.at_risk, name="at_risk"),
    path("perfect-order/at-risk.csv", risk_pages.export, {"format": "csv"}, name="at_risk_export"),
    path("perfect-order/at-risk.parquet", risk_pages.export, {"format": "parquet"}, name="at_risk_parquet"),
    path("warehouses", warehouse_pages.all_warehouses, name="warehouses"),
    path("warehouses.csv", warehouse_pages.export, {"format": "csv"}, name="warehouses_export"),
    path("warehouses.parquet", warehouse_pages.export, {"format": "parquet"}, name="warehouses_parquet"),
    path("carriers", carrier_pages.all_carriers, name="carriers"),
    path("carriers.csv", carrier_pages.export, {"format": "csv"}, name="carriers_export"),
    path("carriers.parquet", carrier_pages.export, {"format": "parquet"}, name="carriers_parquet"),
    path("carriers/<str:code>", carrier_pages.one_carrier, name="carrier"),
    path("carriers/<str:code>/parcels", carrier_pages.parcels_behind, name="carrier_parcels"),
    path("carriers/<str:code>/scorecard.pdf", carrier_pages.paper, name="carrier_paper"),
]
