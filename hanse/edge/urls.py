"""Every address of hanse: API, pages, sign-in, admin, and what machines ask of a server."""

from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView
from ninja.openapi.views import openapi_view

from hanse.edge.api import api
from hanse.edge.health import livez, readyz

PAGES = ["web", "orders", "inventory", "fulfilment", "transport", "billing", "partners", "catalogue", "perfect_order", "world"]
"""Areas with pages, each with its `urls.py`."""

urlpatterns = [
    path("livez", livez, name="livez"),
    path("readyz", readyz, name="readyz"),
    path("favicon.ico", RedirectView.as_view(url=static("hanse/mark.svg"))),
    path("api/v1/", api.urls),
    path("api/docs", openapi_view, {"api": api}, name="api_docs"),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    *[path("", include(f"hanse.{area}.urls")) for area in PAGES],
    path("", include("hanse.edge.page_urls")),
]

handler400 = "hanse.web.errors.unreadable"
handler403 = "hanse.web.errors.not_allowed"
handler404 = "hanse.web.errors.not_found"
handler500 = "hanse.web.errors.broken"
