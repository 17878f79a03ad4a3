"""Users, keys and endpoints in the admin. Keys and endpoints are shown, not made here: a key is made by the command or
the API that shows it once, an endpoint by its operation, which journals it."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from .models import ApiKey, Delivery, Endpoint

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class Users(UserAdmin, ModelAdmin):
    """People and the roles they act in."""

    form, add_form, change_password_form = UserChangeForm, UserCreationForm, AdminPasswordChangeForm
    list_display = ["username", "first_name", "last_name", "is_active", "is_staff", "last_login"]
    list_filter = ["groups", "is_active"]


@admin.register(Group)
class Roles(GroupAdmin, ModelAdmin):
    """Roles. What each may do is written in `hanse.journal.principals`, not here."""


class Shown(ModelAdmin):
    """Only to look at."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(ApiKey)
class Keys(Shown):
    """Bearer keys, without what would open anything."""

    list_display = ["name", "prefix", "scopes", "made_at", "expires_at", "revoked_at", "used_on"]
    fields = list_display
    search_fields = ["name"]


@admin.register(Endpoint)
class Endpoints(Shown):
    """Where events go, without the secrets that sign them."""

    list_display = ["url", "kinds", "owner", "made_at", "paused_at", "removed_at", "trouble"]
    fields = list_display


@admin.register(Delivery)
class Deliveries(Shown):
    """What went or goes to endpoints."""

    list_display = ["message", "endpoint", "subject", "state", "attempts", "next_at", "last_status", "trouble"]
    list_filter = ["state", "endpoint"]
    fields = [*list_display, "event", "delivered_at"]
    show_full_result_count = False
