"""Addresses of the pages that look over all areas."""

from django.urls import path

from . import pages

urlpatterns = [
    path("", pages.today, name="today"),
    path("exceptions", pages.exceptions, name="exceptions"),
    path("search", pages.search, name="search"),
    path("orders/release", pages.release_orders, name="release_orders"),
    path("orders/<str:number>", pages.order, name="order"),
    path("orders/<str:number>/allocate", pages.allocate_order, name="allocate_order"),
    path("orders/<str:number>/release", pages.release_order, name="release_order"),
]
