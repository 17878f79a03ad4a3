"""Partners in the admin: parties are kept by their operation; address versions and people are to look at."""

from django.contrib import admin
from import_export.admin import ExportMixin
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.import_export.forms import ExportForm

from hanse.web.kept import KeptAdmin, LookOnly

from .keep import KeepParty, keep_parties
from .models import Address, Contact, Party


class ContactsInline(LookOnly, TabularInline):
    model = Contact
    extra = 0


@admin.register(Party)
class PartyAdmin(KeptAdmin, ExportMixin, ModelAdmin):
    keep, ask = keep_parties, KeepParty
    export_form_class = ExportForm
    list_display = ("code", "name", "roles", "ship_rule", "invoice_rule", "payment_days", "credit_limit", "active")
    list_filter = ("ship_rule", "invoice_rule", "active")
    search_fields = ("code", "name", "gln")
    inlines = (ContactsInline,)
    show_full_result_count = False


@admin.register(Address)
class AddressAdmin(LookOnly, ModelAdmin):
    list_display = ("party", "code", "version", "name", "street", "postcode", "city", "country", "home", "since")
    list_filter = ("country", "home")
    list_select_related = ("party",)
    search_fields = ("party__code", "name", "street", "postcode", "city")
    show_full_result_count = False
