"""Parked facts in the admin: which follower gave up on what and why, and the two ways out."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from .models import ParkedFact
from .parked import hear_again, resolve


@admin.register(ParkedFact)
class ParkedFacts(ModelAdmin):
    list_display = ("follower", "what", "subject", "trouble", "parked_at", "resolved_at")
    list_filter = ("follower", ("resolved_at", admin.EmptyFieldListFilter))
    list_select_related = ("event",)
    actions = ("hear_again", "resolve")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    @admin.display(description="Fact")
    def what(self, parked: ParkedFact) -> str:
        return str(parked.event.kind)

    @admin.display(description="About")
    def subject(self, parked: ParkedFact) -> str:
        return str(parked.event.subject)

    @admin.action(description="Hear again: the cause is mended", permissions=["view"])
    def hear_again(self, request: HttpRequest, chosen: QuerySet[ParkedFact]) -> None:
        for parked in chosen.filter(resolved_at=None).order_by("event_id"):
            try:
                heard = hear_again(parked.pk)
            except Exception as trouble:  # noqa: BLE001 - the follower's reason is what the admin must see; it stays parked
                messages.error(request, f"{parked} stays parked: {trouble}")
            else:
                messages.success(request, f"{parked} {'was taken in' if heard else 'was resolved already'}.")

    @admin.action(description="Resolve: it was done by hand", permissions=["view"])
    def resolve(self, request: HttpRequest, chosen: QuerySet[ParkedFact]) -> None:
        done = sum(resolve(parked.pk) for parked in chosen)
        messages.success(request, f"{done} resolved.")
