"""Addresses of the orders pages. One order is shown by `edge`, for it looks over all areas."""

from django.urls import path

from . import appointment_pages, backorder_pages, consent_pages, draft_pages, forms, intake, pages, quote_pages, substituting

urlpatterns = [
    path("backorders", backorder_pages.backorders, name="backorders"),
    path("backorders/<path:sku>", backorder_pages.backorder_item, name="backorder_item"),
    path("orders", pages.orders, name="orders"),
    path("orders/views", pages.save_view, name="save_orders_view"),
    path("orders/hold", pages.hold_orders, name="hold_orders"),
    path("orders/release-hold", pages.release_holds, name="release_holds"),
    path("orders/cancel", pages.cancel_orders, name="cancel_orders"),
    path("orders/new", intake.new_order, name="new_order"),
    path("orders/new/preview", intake.new_order_preview, name="new_order_preview"),
    path("orders/new/customers", intake.suggest_customers, name="suggest_customers"),
    path("orders/new/items", intake.suggest_items, name="suggest_items"),
    path("orders/new/ship-to", intake.ship_tos, name="ship_tos"),
    path("orders/new/line", intake.more_line, name="more_line"),
    path("orders/quotes", quote_pages.quotes, name="quotes"),
    path("orders/quotes/new", quote_pages.new_quote, name="new_quote"),
    path("orders/quotes/<str:number>", quote_pages.quote, name="quote"),
    path("orders/drafts", draft_pages.drafts, name="drafts"),
    path("orders/drafts/save", draft_pages.save_draft, name="save_draft"),
    path("orders/drafts/<str:number>", draft_pages.draft, name="draft"),
    path("orders/drafts/<str:number>/drop", draft_pages.drop_draft, name="drop_draft"),
    path("orders/recurring", quote_pages.recurring, name="recurring"),
    path("orders/recurring/<str:number>", quote_pages.recurring_order, name="recurring_order"),
    path("orders/<str:number>/repeat", quote_pages.repeat_order, name="repeat_order"),
    path("orders/<str:number>/row", pages.order_row, name="order_row"),
    path("orders/<str:number>/change", forms.change_order, name="change_order"),
    path("orders/<str:number>/cancel", forms.cancel_units, name="cancel_units"),
    path("orders/<str:number>/substitute", substituting.substitute_units, name="substitute_units"),
    path("orders/<str:number>/consent", consent_pages.answer_order_consent, name="answer_consent"),
    path("orders/<str:number>/appointment", appointment_pages.book_appointment, name="book_appointment"),
    path("orders/<str:number>/hold", forms.hold_order, name="hold_order"),
]
