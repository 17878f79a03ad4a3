"""The catalogue in the admin: items are kept by their operation; packs, recipes and substitutes are to look at. Items are retired, not deleted."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from import_export.admin import ExportMixin
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.import_export.forms import ExportForm

from hanse.kernel.refused import Refused
from hanse.web.kept import KeptAdmin, LookOnly

from .keep import KeepItem, keep_items
from .models import Component, Item, Pack, Substitute
from .retire import RetireItem, retire_items


class PacksInline(LookOnly, TabularInline):
    model = Pack
    extra = 0


class ComponentsInline(LookOnly, TabularInline):
    model = Component
    fk_name = "kit"
    extra = 0


class SubstitutesInline(LookOnly, TabularInline):
    model = Substitute
    fk_name = "item"
    extra = 0


@admin.register(Item)
class ItemAdmin(KeptAdmin, ExportMixin, ModelAdmin):
    keep, ask, named = keep_items, KeepItem, "sku"
    export_form_class = ExportForm
    list_display = ("sku", "name", "gtin", "price", "currency", "tracking", "retired_on")
    list_filter = ("tracking", "currency", "bears", "ships_alone", "goods_class", "hazard_class", "temperature_class")
    search_fields = ("sku", "name", "gtin")
    readonly_fields = ("retired_on",)
    inlines = (PacksInline, ComponentsInline, SubstitutesInline)
    actions = ("retire", "bring_back")
    show_full_result_count = False

    @admin.action(description="Retire: not sold from today on", permissions=["change"])
    def retire(self, request: HttpRequest, items: QuerySet[Item]) -> None:
        self._retire(request, items, back=False)

    @admin.action(description="Bring back: sold again", permissions=["change"])
    def bring_back(self, request: HttpRequest, items: QuerySet[Item]) -> None:
        self._retire(request, items, back=True)

    def _retire(self, request: HttpRequest, items: QuerySet[Item], back: bool) -> None:
        asks = [RetireItem(sku, back=back) for sku in items.values_list("sku", flat=True)]
        for answer in retire_items(asks, by=request.user.get_username()):
            messages.add_message(request, messages.ERROR if isinstance(answer, Refused) else messages.SUCCESS, answer.said())
