"""Billing in the admin: to look at. Documents never change; corrections are new documents."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from .models import Invoice, InvoiceLine, OpenItem, Payment, Series, Settlement


class LookOnly:
    """Nothing is added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LinesInline(LookOnly, TabularInline):
    model = InvoiceLine
    fields = ("line", "first", "quantity", "unit_price", "net", "freight", "tax", "tax_category", "tax_rate")
    extra = 0


@admin.register(Invoice)
class InvoiceAdmin(LookOnly, ModelAdmin):
    list_display = ("number", "kind", "order_id", "customer", "total", "currency", "issued_on", "due_on")
    list_filter = ("kind", "currency")
    list_select_related = ("customer",)
    search_fields = ("number", "customer__code")
    inlines = (LinesInline,)
    show_full_result_count = False


@admin.register(Payment)
class PaymentAdmin(LookOnly, ModelAdmin):
    list_display = ("ref", "kind", "customer", "amount", "currency", "method", "received_at")
    list_filter = ("kind", "currency")
    list_select_related = ("customer",)
    search_fields = ("ref", "customer__code")
    show_full_result_count = False


@admin.register(OpenItem)
class OpenItemAdmin(LookOnly, ModelAdmin):
    list_display = ("invoice", "payment", "customer", "amount", "settled", "currency", "due_on")
    list_filter = ("owes", "currency")
    list_select_related = ("customer", "invoice", "payment")
    show_full_result_count = False


@admin.register(Settlement)
class SettlementAdmin(LookOnly, ModelAdmin):
    list_display = ("at", "amount", "invoice", "refund", "payment", "credit")
    list_select_related = ("invoice", "refund", "payment", "credit")
    show_full_result_count = False


@admin.register(Series)
class SeriesAdmin(LookOnly, ModelAdmin):
    list_display = ("name", "last")
