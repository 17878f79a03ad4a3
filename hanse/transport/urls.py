"""Addresses of the transport pages."""

from django.urls import path

from . import choosing, handing_over, pages, supplier_pages

urlpatterns = [
    path("hand-over", handing_over.show_hand_over, name="hand_over"),
    path("cartons/<str:sscc>/service", choosing.carton_service, name="carton_service"),
    path("shipments", pages.shipments, name="shipments"),
    path("shipments/<int:shipment>", pages.shipment, name="shipment"),
    path("shipments/<int:shipment>/tracking", pages.record_event, name="record_event"),
    path("shipments/<int:shipment>/bill", pages.draw_up_bill, name="draw_up_bill"),
    path("bills-of-lading/<str:number>/bill.pdf", pages.bill_pdf, name="bill_pdf"),
    path("supplier-orders", supplier_pages.supplier_orders, name="supplier_orders"),
    path("supplier-orders/<str:number>", supplier_pages.supplier_order, name="supplier_order"),
    path("supplier-orders/<str:number>/packing-slip.pdf", supplier_pages.supplier_slip_pdf, name="supplier_slip"),
    path("supplier-orders/<str:number>/advice", supplier_pages.enter_advice, name="enter_advice"),
    path("supplier-orders/<str:number>/decline", supplier_pages.decline_units, name="decline_units"),
    path("supplier-orders/<str:number>/expect", supplier_pages.expect_later, name="expect_later"),
    path("shipments/<int:shipment>/proof", pages.record_delivery, name="record_delivery"),
]
