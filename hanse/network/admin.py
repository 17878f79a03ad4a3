"""The network in the admin: sites are kept by their operation; zones, bins and lanes are to look at."""

from django.contrib import admin
from import_export.admin import ExportMixin
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.import_export.forms import ExportForm

from hanse.web.kept import KeptAdmin, LookOnly

from .keep import KeepSite, keep_sites
from .keep_carton_types import KeepCartonType, keep_carton_types
from .keep_freight_contracts import KeepFreightContract, keep_freight_contracts
from .models import Bin, CartonType, FreightContract, Lane, Site


class LanesInline(LookOnly, TabularInline):
    model = Lane
    extra = 0


@admin.register(Site)
class SiteAdmin(KeptAdmin, ExportMixin, ModelAdmin):
    keep, ask = keep_sites, KeepSite
    export_form_class = ExportForm
    list_display = ("code", "name", "country", "zone", "cut_off", "priority", "supplier", "active")
    list_filter = ("country", "active")
    search_fields = ("code", "name")
    inlines = (LanesInline,)


@admin.register(Bin)
class BinAdmin(LookOnly, ModelAdmin):
    list_display = ("site", "zone", "code", "role", "walk", "x_m", "y_m", "level")
    list_filter = ("site", "role")
    list_select_related = ("site", "zone")
    search_fields = ("code", "site__code")
    show_full_result_count = False


@admin.register(CartonType)
class CartonTypeAdmin(KeptAdmin, ModelAdmin):
    keep, ask, also = keep_carton_types, KeepCartonType, ("from_on",)
    list_display = ("code", "name", "inner_length_mm", "inner_width_mm", "inner_height_mm", "tare_g", "max_gross_g", "sites", "from_on", "until_on")
    search_fields = ("code", "name")


@admin.register(FreightContract)
class FreightContractAdmin(KeptAdmin, ModelAdmin):
    keep, ask, named, also = keep_freight_contracts, KeepFreightContract, "carrier", ("site", "from_on")
    list_display = ("__str__", "divisor", "step", "units", "from_on", "until_on")
    list_filter = ("site", "carrier")
