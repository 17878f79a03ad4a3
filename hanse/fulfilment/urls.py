"""Addresses of the floor's pages."""

from django.urls import path

from . import answering, auditing, lot_pages, packing, pages, wave_pages

urlpatterns = [
    path("release", pages.show_release, name="release"),
    path("release/chosen", pages.release_chosen, name="release_chosen"),
    path("waves", wave_pages.show_waves, name="waves"),
    path("waves/release", wave_pages.release_a_wave, name="release_a_wave"),
    path("waves/<int:wave>", wave_pages.show_wave, name="wave"),
    path("tours/<int:tour>", wave_pages.show_tour, name="tour"),
    path("tours/<int:tour>/leave", wave_pages.leave_walking, name="leave_tour"),
    path("tours/start", wave_pages.start_walking, name="start_walking"),
    path("sort", wave_pages.show_sort, name="sort"),
    path("sort/scanned", wave_pages.sort_scanned, name="sort_scanned"),
    path("pick", pages.show_pick, name="pick"),
    path("pick/<int:task>", pages.pick_task, name="pick_task"),
    path("pick/<int:task>/scan", pages.scan_for_task, name="scan_for_task"),
    path("pick/<int:task>/book", pages.book_task, name="book_task"),
    path("pick/<int:task>/undo", pages.undo_task, name="undo_task"),
    path("changes", answering.show_changes, name="changes"),
    path("changes/<int:number>/answer", answering.answer, name="answer_change"),
    path("pack", packing.show_pack, name="pack"),
    path("pack/cartons-used", packing.cartons_used, name="cartons_used"),
    path("pack/<str:order>/<str:site>", packing.pack_order, name="pack_order"),
    path("pack/<str:order>/<str:site>/scan", packing.scan_for_carton, name="scan_for_carton"),
    path("audits", auditing.show_audits, name="audits"),
    path("audits/<str:sscc>", auditing.audit_carton, name="audit_carton"),
    path("lots", lot_pages.show_lots, name="lots"),
    path("lots/one", lot_pages.show_lot, name="lot"),
    path("lots/one.csv", lot_pages.lot_csv, name="lot_csv"),
    path("lots/take-out", lot_pages.take_out_of, name="take_out_of"),
    path("lots/<str:what>", lot_pages.stop_lot, name="stop_lot"),
    path("cartons/<str:sscc>", packing.carton, name="carton"),
    path("cartons/<str:sscc>/label.pdf", packing.label_pdf, name="carton_label"),
    path("cartons/<str:sscc>/label.zpl", packing.label_zpl, name="carton_label_zpl"),
    path("cartons/<str:sscc>/commercial-invoice.pdf", packing.customs_pdf, name="carton_customs"),
    path("cartons/<str:sscc>/packing-slip.pdf", packing.slip_pdf, name="carton_slip"),
    path("cartons/<str:sscc>/consolidate", packing.consolidate_carton, name="consolidate_carton"),
    path("cartons/<str:sscc>/deconsolidate", packing.deconsolidate_carton, name="deconsolidate_carton"),
    path("cartons/<str:sscc>/relabel", packing.relabel_carton, name="relabel_carton"),
]
