"""Drafts in a real browser: typed with holes, saved, opened again, mended and placed; on the desk and on a phone."""

import pytest

from hanse.orders.models import Draft, Order
from tests.browser import DESK, PHONE, browser_test, chromium, draws, house, signed_in, text_of  # noqa: F401

pytestmark = browser_test


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_an_order_is_begun_kept_and_placed_later(lasting, signed_in, size):  # noqa: F811
    lasting.item(name="Ball bearing 6204, sealed"), lasting.site(), lasting.customer("REUTER", name="Reuter Antriebe GmbH")
    page = signed_in("ina", "order desk", size)
    draws(page, "/orders/new")
    page.fill("[name=customer]", "REUTER")
    page.fill("[name=sku] >> nth=0", "BRG-6204")
    page.click("text=Save as draft")
    text_of(page, "body", "saved with 1 line for REUTER")
    assert page.input_value("[name=sku] >> nth=0") == "BRG-6204"
    text_of(page, ".main", "This is needed")
    draws(page, "/orders/drafts")
    text_of(page, ".main", "Reuter Antriebe GmbH")
    page.click(f"text=E-{Draft.objects.get().pk}")
    page.fill("[name=quantity] >> nth=0", "2")
    page.click("text=Place the order")
    page.wait_for_url("**/orders/H-*")
    assert Draft.objects.get().order_id == Order.objects.get().pk
    draws(page, "/orders/drafts")
    text_of(page, ".main", "No drafts")
