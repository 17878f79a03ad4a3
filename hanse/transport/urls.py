"""Addresses of the transport pages."""

from django.urls import path

from . import choosing, claim_pages, freight_pages, handing_over, pages, supplier_pages, tender_pages

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
    path("tenders", tender_pages.tenders, name="tenders"),
    path("tenders/new", tender_pages.tender_load, name="tender_load"),
    path("tenders/<str:number>", tender_pages.load, name="load"),
    path("tenders/<str:number>/answer", tender_pages.answer_load, name="answer_load"),
    path("tenders/<str:number>/cancel", tender_pages.cancel_load, name="cancel_load"),
    path("routing-guides", tender_pages.routing_guides, name="routing_guides"),
    path("routing-guides/keep", tender_pages.keep_guide, name="keep_guide"),
    path("freight-invoices", freight_pages.freight_invoices, name="freight_invoices"),
    path("freight-invoices/file", freight_pages.take_file, name="take_freight_file"),
    path("freight-invoices/<int:invoice>", freight_pages.freight_invoice, name="freight_invoice"),
    path("freight-invoices/<int:invoice>/accept", freight_pages.accept_line, name="accept_freight_line"),
    path("freight-invoices/<int:invoice>/dispute", freight_pages.dispute_line, name="dispute_freight_line"),
    path("freight-invoices/<int:invoice>/answer", freight_pages.answer_line, name="answer_freight_dispute"),
    path("freight-invoices/<int:invoice>/pay", freight_pages.pay_bill, name="pay_freight_invoice"),
    path("claims", claim_pages.claims, name="claims"),
    path("claims/new", claim_pages.file_claim, name="file_claim"),
    path("claims/<str:number>", claim_pages.claim, name="claim"),
    path("claims/<str:number>/file", claim_pages.file_proposed, name="file_proposed_claim"),
    path("claims/<str:number>/answer", claim_pages.answer_filed, name="answer_claim"),
]
