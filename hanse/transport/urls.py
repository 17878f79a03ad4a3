"""Addresses of the transport pages."""

from django.urls import path

from . import choosing, driver_pages, handing_over, lane_pages, never_came_pages, pages, proof_pages, supplier_pages

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
    path("shipments/<int:shipment>/lost", never_came_pages.give_up, name="give_up_parcel"),
    path("shipments/<int:shipment>/refused", never_came_pages.refused, name="refuse_parcel"),
    path("shipments/<int:shipment>/back", never_came_pages.back, name="take_parcel_back"),
    path("shipments/<int:shipment>/remedy", never_came_pages.remedy, name="remedy_parcel"),
    path("proofs/<int:proof>", proof_pages.proof, name="proof"),
    path("proofs/photos/<str:sha256>.jpg", proof_pages.proof_photo, name="proof_photo"),
    path("drivers", driver_pages.driver_link, name="driver_link"),
    path("drive/<str:token>", driver_pages.driver, name="driver"),
    path("drive/<str:token>/prove", driver_pages.driver_prove, name="driver_prove"),
    path("drive/<str:token>/refuse", driver_pages.driver_refuse, name="driver_refuse"),
    path("lanes", lane_pages.lanes, name="lanes"),
    path("lanes/<str:site>/<str:country>", lane_pages.lane, name="lane"),
    path("lanes/<str:site>/<str:country>/approve", lane_pages.approve, name="approve_lane"),
]
