"""Addresses of the pages that look over all areas."""

from django.urls import path

from . import exception_pages, pages

urlpatterns = [
    path("", pages.today, name="today"),
    path("tour", pages.tour, name="tour"),
    path("exceptions", exception_pages.exceptions, name="exceptions"),
    path("exceptions/one", exception_pages.exception, name="exception"),
    path("exceptions/take", exception_pages.take_exception, name="take_exception"),
    path("exceptions/give-back", exception_pages.give_back_exception, name="give_back_exception"),
    path("exceptions/hand-on", exception_pages.hand_on_exception, name="hand_on_exception"),
    path("search", pages.search, name="search"),
    path("orders/release", pages.release_orders, name="release_orders"),
    path("orders/<str:number>", pages.order, name="order"),
    path("orders/<str:number>/allocate", pages.allocate_order, name="allocate_order"),
    path("orders/<str:number>/release", pages.release_order, name="release_order"),
]
