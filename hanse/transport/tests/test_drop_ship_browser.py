"""Drop-ship in a real browser: the order says who ships it, the desk enters the supplier's despatch advice, and notes what he does not ship."""

import pytest

from hanse.fulfilment.release import Release, release
from hanse.inventory.keep_drop_ships import KeepDropShip, keep_drop_ships
from hanse.orders.models import Line
from hanse.orders.place import Place, PlaceLine, place
from hanse.partners.models import Party
from hanse.transport.models import Carrier, Parcel
from tests.browser import DESK, PHONE, browser_test, chromium, draws, house, signed_in, text_of  # noqa: F401

pytestmark = browser_test


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_desk_enters_what_a_supplier_shipped_and_what_he_does_not(lasting, signed_in, size):  # noqa: F811
    lasting.item(name="Ball bearing 6204, sealed")
    lasting.customer("REUTER", name="Reuter Antriebe GmbH")
    Party.objects.create(code="MAYER", name="Mayer Lager KG", roles=["supplier"])
    lasting.site("MUC", {"DE": 2}, supplier="MAYER")
    Carrier.objects.create(code="DHL", name="DHL")
    keep_drop_ships([KeepDropShip("MUC", "BRG-6204", 2, 10)], by="ann")
    [placed] = place([Place("REUTER", (PlaceLine("BRG-6204", 6),))], by="ann")
    release([Release(placed.order)], by="ann")
    page = signed_in("ina", "order desk", size)
    draws(page, f"/orders/{placed.order}")
    text_of(page, ".main", "shipped by Mayer Lager KG")
    page.click("text=Mayer Lager KG")
    page.click("a.code[href^='/supplier-orders/D-']")
    number = page.url.rsplit("/", 1)[-1]
    draws(page, f"/supplier-orders/{number}")
    page.click("text=Enter his despatch advice")
    page.fill("[name=number]", "4711")
    page.select_option("[name=carrier]", "DHL")
    page.fill("[name=tracking]", "00340434")
    page.fill("[name='units-BRG-6204']", "40")
    page.click("text=Take the advice")
    text_of(page, ".main", "6 BRG-6204 are open")
    page.fill("[name='units-BRG-6204']", "4")
    page.click("text=Take the advice")
    text_of(page, "body", "shipped 4 units")
    assert (Line.objects.get().shipped, Parcel.objects.get().tracking) == (4, "00340434")
    page.press("summary:has-text('He does not ship it')", "Enter")
    page.fill("form[action$=decline] [name=reason]", "sold out")
    page.press("button:has-text('Note that he declines')", "Enter")
    text_of(page, "body", "does not ship 2 BRG-6204")
    draws(page, "/supplier-orders?view=all")
    draws(page, "/stock/BRG-6204")
    draws(page, f"/orders/{placed.order}")
    assert page.request.get(f"/supplier-orders/{number}/packing-slip.pdf").body().startswith(b"%PDF")
