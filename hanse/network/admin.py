"""The network in the admin: sites, services and the like are kept by their operations; zones, bins, lanes and rate cards are to look at."""

from django.contrib import admin
from import_export.admin import ExportMixin
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.import_export.forms import ExportForm

from hanse.web.kept import KeptAdmin, LookOnly

from .keep import KeepSite, keep_sites
from .keep_carton_types import KeepCartonType, keep_carton_types
from .keep_freight_contracts import KeepFreightContract, keep_freight_contracts
from .keep_services import KeepService, keep_services
from .keep_surcharges import KeepSurcharge, keep_surcharges
from .models import Bin, CartonType, FreightContract, Lane, Rate, RateCard, Service, ServiceZone, Site, Surcharge


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


@admin.register(Service)
class ServiceAdmin(KeptAdmin, ModelAdmin):
    keep, ask, also = keep_services, KeepService, ("carrier", "from_on")
    list_display = ("carrier", "code", "name", "mode", "currency", "cut_off", "max_weight_g", "from_on", "until_on")
    list_filter = ("carrier", "mode")
    search_fields = ("carrier", "code", "name")


@admin.register(Surcharge)
class SurchargeAdmin(KeptAdmin, ModelAdmin):
    keep, ask, named, also = keep_surcharges, KeepSurcharge, "carrier", ("service", "kind", "from_on")
    list_display = ("carrier", "service", "kind", "percent", "amount", "home", "from_on", "until_on")
    list_filter = ("carrier", "kind")


class ServiceZonesInline(LookOnly, TabularInline):
    model = ServiceZone
    extra = 0


class RatesInline(LookOnly, TabularInline):
    model = Rate
    extra = 0


@admin.register(RateCard)
class RateCardAdmin(LookOnly, ModelAdmin):
    list_display = ("carrier", "service", "from_on", "until_on")
    list_filter = ("carrier",)
    search_fields = ("carrier", "service")
    inlines = (ServiceZonesInline, RatesInline)
