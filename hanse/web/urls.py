"""Addresses of what belongs to no area."""

from django.urls import path

from hanse.web import pages

urlpatterns = [
    path("pages", pages.all_pages, name="all_pages"),
    path("pages/role", pages.switch_role, name="switch_role"),
    path("language", pages.language, name="language"),
]
