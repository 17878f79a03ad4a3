"""A promise in a real browser: foreseen while typing, taken by somebody else meanwhile, and said when placed; then by when the site has to act."""

import os

import pytest

from hanse.partners.keep import KeepParty, keep_parties
from tests.browser import DESK, PHONE, browser_test, chromium, draws, house, signed_in, text_of  # noqa: F401

pytestmark = browser_test
SHOTS = os.environ.get("PROMISE_SHOTS")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_what_is_otherwise_than_foreseen_is_said_when_placing(lasting, signed_in, size):  # noqa: F811
    lasting.stocked(lasting.item(name="Ball bearing 6204, sealed"), lasting.site(), 5)
    lasting.customer("REUTER", name="Reuter Antriebe GmbH")
    keep_parties([KeepParty("REUTER", receives_on=(0, 1, 2, 3, 4))], by="ann")
    page = signed_in("ina", "order desk", size)
    draws(page, "/orders/new")
    page.fill("[name=customer]", "REUTER")
    page.fill("[name=sku] >> nth=0", "BRG-6204")
    page.fill("[name=quantity] >> nth=0", "4")
    page.press("[name=quantity] >> nth=0", "Tab")
    text_of(page, "#foreseen", "4 from HAM")
    assert page.locator("[name=expect]").input_value()
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/new-{size['width']}.png", full_page=True)
    lasting.order(("BRG-6204", 3))
    page.click("text=Place the order")
    page.wait_for_url("**/orders/H-*")
    text_of(page, "body", "otherwise than promised: no date yet instead of")
    text_of(page, "#order", "At the latest: release")
    text_of(page, "#order", "hand over")
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/order-{size['width']}.png", full_page=True)
    draws(page, "/customers/REUTER")
    text_of(page, ".main", "Mon, Tue, Wed, Thu, Fri")
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/customer-{size['width']}.png")
