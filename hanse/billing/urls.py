"""Addresses of the invoice pages. A number brought in from a company's past may contain anything, a slash too."""

from django.urls import path

from . import goods_pages, pages

urlpatterns = [
    path("credits-to-book", goods_pages.goods_credits, name="goods_credits"),
    path("credits-to-book/book", goods_pages.book_goods_credit, name="book_goods_credit"),
    path("invoices", pages.invoices, name="invoices"),
    path("invoices/<path:number>.pdf", pages.invoice_paper, name="invoice_paper"),
    path("invoices/<path:number>/credit", pages.credit_invoice, name="credit_invoice"),
    path("invoices/<path:number>/payment", pages.pay_invoice, name="pay_invoice"),
    path("invoices/<path:number>", pages.invoice, name="invoice"),
]
