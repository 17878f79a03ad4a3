"""Addresses of the transport pages."""

from django.urls import path

from . import choosing, handing_over, label_pages, manifest_pages, pages, supplier_pages

urlpatterns = [
    path("hand-over", handing_over.show_hand_over, name="hand_over"),
    path("cartons/<str:sscc>/service", choosing.carton_service, name="carton_service"),
    path("shipments", pages.shipments, name="shipments"),
    path("shipments/<int:shipment>", pages.shipment, name="shipment"),
    path("shipments/<int:shipment>/tracking", pages.record_event, name="record_event"),
    path("shipments/<int:shipment>/bill", pages.draw_up_bill, name="draw_up_bill"),
    path("bills-of-lading/<str:number>/bill.pdf", pages.bill_pdf, name="bill_pdf"),
    path("labels", label_pages.labels, name="labels"),
    path("labels/want", label_pages.want, name="want_labels"),
    path("labels/<int:label>/void", label_pages.void, name="void_label"),
    path("labels/<int:label>/label", label_pages.paper, name="label_paper"),
    path("carrier-connections", label_pages.connections, name="connections"),
    path("manifests", manifest_pages.manifests, name="manifests"),
    path("manifests/close", manifest_pages.close, name="close_manifest"),
    path("manifests/<int:manifest>/manifest.pdf", manifest_pages.paper, name="manifest_pdf"),
    path("manifests/<int:manifest>/carrier", manifest_pages.carriers_paper, name="carriers_manifest"),
    path("pickups/book", manifest_pages.book, name="book_pickup"),
    path("pickups/<int:pickup>/change", manifest_pages.change, name="change_pickup"),
    path("pickups/<int:pickup>/cancel", manifest_pages.cancel, name="cancel_pickup"),
    path("supplier-orders", supplier_pages.supplier_orders, name="supplier_orders"),
    path("supplier-orders/<str:number>", supplier_pages.supplier_order, name="supplier_order"),
    path("supplier-orders/<str:number>/packing-slip.pdf", supplier_pages.supplier_slip_pdf, name="supplier_slip"),
    path("supplier-orders/<str:number>/advice", supplier_pages.enter_advice, name="enter_advice"),
    path("supplier-orders/<str:number>/decline", supplier_pages.decline_units, name="decline_units"),
    path("supplier-orders/<str:number>/expect", supplier_pages.expect_later, name="expect_later"),
    path("shipments/<int:shipment>/proof", pages.record_delivery, name="record_delivery"),
]
