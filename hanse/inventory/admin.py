"""Inventory in the admin: to look at. Stock moves by its operations, never by hand."""

from django.contrib import admin
from unfold.admin import ModelAdmin

from hanse.web.kept import LookOnly

from .models import Count, Inbound, Lot, Movement, Serial


@admin.register(Inbound)
class InboundAdmin(LookOnly, ModelAdmin):
    list_display = ("ref", "item", "site", "supplier", "quantity", "received", "first_due_on", "due_on")
    list_filter = ("site",)
    list_select_related = ("item", "site")
    search_fields = ("ref", "item__sku", "supplier")
    show_full_result_count = False


@admin.register(Lot)
class LotAdmin(LookOnly, ModelAdmin):
    list_display = ("code", "item", "made_on", "expires_on", "status")
    list_select_related = ("item",)
    search_fields = ("code", "item__sku")
    show_full_result_count = False


@admin.register(Serial)
class SerialAdmin(LookOnly, ModelAdmin):
    list_display = ("code", "item", "lot", "account")
    list_select_related = ("item", "account")
    search_fields = ("code", "item__sku")
    show_full_result_count = False


@admin.register(Count)
class CountAdmin(LookOnly, ModelAdmin):
    list_display = ("counted_at", "account", "item", "lot", "expected", "counted", "reason", "actor")
    list_select_related = ("item", "account")
    search_fields = ("item__sku", "account__code")
    show_full_result_count = False


@admin.register(Movement)
class MovementAdmin(LookOnly, ModelAdmin):
    list_display = ("id", "act", "item", "quantity", "source", "target", "lot", "serial", "document", "reason", "actor", "happened_at")
    list_select_related = ("item", "source", "target")
    ordering = ("-id",)
    show_full_result_count = False
