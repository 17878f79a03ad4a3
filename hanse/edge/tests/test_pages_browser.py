"""The API's reference and the admin in a real browser: drawn under their policy, with nothing from elsewhere."""

import pytest
from django.contrib.auth.models import User

from tests.browser import browser_test, chromium, house, signed_in  # noqa: F401

pytestmark = browser_test


def test_the_reference_is_drawn_without_a_cdn(signed_in, house):  # noqa: F811
    page = signed_in("carla", "order desk")
    elsewhere = []
    page.on("request", lambda request: elsewhere.append(request.url) if not request.url.startswith((house, "data:")) else None)
    page.goto("/api/docs")
    page.wait_for_selector(".opblock-summary-path", timeout=60_000)
    assert page.locator(".opblock").count() > 30
    page.locator(".opblock-summary-control").first.click()
    page.wait_for_selector(".opblock-body")
    assert elsewhere == []


@pytest.mark.parametrize("path", ["/admin/", "/admin/auth/user/", "/admin/edge/apikey/"])
def test_the_admin_is_drawn_with_what_lies_here(signed_in, house, path, lasting):  # noqa: F811
    page = signed_in("max", "admin")
    User.objects.filter(username="max").update(is_staff=True, is_superuser=True)
    elsewhere = []
    page.on("request", lambda request: elsewhere.append(request.url) if not request.url.startswith((house, "data:")) else None)
    assert page.goto(path).status == 200
    page.wait_for_load_state("networkidle")
    assert elsewhere == []
