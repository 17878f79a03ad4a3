"""Addresses of the transport pages."""

from django.urls import path

from . import handing_over, pages

urlpatterns = [
    path("hand-over", handing_over.show_hand_over, name="hand_over"),
    path("shipments", pages.shipments, name="shipments"),
    path("shipments/<int:shipment>", pages.shipment, name="shipment"),
    path("shipments/<int:shipment>/tracking", pages.record_event, name="record_event"),
    path("shipments/<int:shipment>/bill", pages.draw_up_bill, name="draw_up_bill"),
    path("bills-of-lading/<str:number>/bill.pdf", pages.bill_pdf, name="bill_pdf"),
    path("shipments/<int:shipment>/proof", pages.record_delivery, name="record_delivery"),
]
