"""Addresses of the invoice pages."""

from django.urls import path

from . import pages

urlpatterns = [
    path("invoices", pages.invoices, name="invoices"),
    path("invoices/<str:number>.pdf", pages.invoice_paper, name="invoice_paper"),
    path("invoices/<str:number>", pages.invoice, name="invoice"),
    path("invoices/<str:number>/credit", pages.credit_invoice, name="credit_invoice"),
    path("invoices/<str:number>/payment", pages.pay_invoice, name="pay_invoice"),
]
