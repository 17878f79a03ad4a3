"""Every address of hanse: API, pages, sign-in, admin."""

from importlib import import_module

from django.contrib import admin
from django.urls import include, path

from hanse.edge.api import api

PAGES = ["web", "orders", "inventory", "fulfilment", "transport", "billing", "partners"]
"""Areas with pages, each with its `urls.py`."""

urlpatterns = [
    path("api/v1/", api.urls),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    *[path("", include(import_module(f"hanse.{area}.urls"))) for area in PAGES],
]
