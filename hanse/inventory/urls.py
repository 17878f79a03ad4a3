"""Addresses of the stock pages."""

from django.urls import path

from . import pages, work_pages

urlpatterns = [
    path("stock", pages.stock, name="stock"),
    path("stock-work", work_pages.show, name="stock_work"),
    path("stock-work/rules", work_pages.rules, name="stock_rules"),
    path("stock-work/raise/<str:what>", work_pages.raise_work, name="raise_work"),
    path("stock-work/carry/<int:task>", work_pages.carry_task, name="carry_task"),
    path("stock-work/put-away", work_pages.put_away_units, name="put_away_units"),
    path("stock-work/count/<int:task>", work_pages.count_bin, name="count_bin"),
    path("stock/<path:sku>", pages.stock_item, name="stock_item"),
    path("stock-book/<str:what>/<path:sku>", pages.stock_book, name="stock_book"),
]
