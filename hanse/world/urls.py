"""Addresses of the what-if pages."""

from django.urls import path

from . import pages

urlpatterns = [
    path("what-if", pages.what_ifs, name="what_ifs"),
    path("what-if/<int:id>", pages.what_if, name="what_if"),
    path("what-if/<int:id>/progress", pages.progress, name="what_if_progress"),
    path("what-if/<int:id>/stop", pages.stop, name="stop_what_if"),
    path("what-if/<int:id>.csv", pages.measures_export, {"format": "csv"}, name="what_if_export"),
    path("what-if/<int:id>/days.csv", pages.days_export, {"format": "csv"}, name="what_if_days_export"),
]
