"""Stock and money in a real browser: a count and a credit, previewed; every page of the floor drawn on desk and phone."""

import pytest

from hanse.billing.invoice import Invoice as Bill
from hanse.billing.invoice import invoice
from hanse.billing.models import Invoice
from hanse.fulfilment.tests.floor import packed, picked, released
from hanse.inventory.models import Count
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.keep_carriers import KeepCarrier, keep_carriers
from tests.browser import DESK, PHONE, browser_test, chromium, draws, house, signed_in, text_of  # noqa: F401

pytestmark = browser_test


def company(lasting):
    """Four orders of bearings: one billed, one packed, one picked, one released; the addresses of all pages."""
    lasting.stocked(lasting.item("BRG-6204-2RS", name="Deep groove bearing, sealed both sides", weight_g=110), lasting.site(), 500)
    lasting.customer(name="Hafenwerft Bremerhaven GmbH & Co. KG")
    keep_carriers([KeepCarrier("ELBE", "Elbe Express")], by="ann")
    orders = [lasting.order(("BRG-6204-2RS", 7)) for _ in range(5)]
    [left] = hand_over([HandOver(packed(orders[0]).carton, "ELBE")], by="ann")
    [billed] = invoice([Bill(orders[0])], by="ann")
    ready = packed(orders[1]).carton
    picked(orders[2])
    [task] = released(orders[3])
    return billed.invoice, [
        "/stock", "/stock/BRG-6204-2RS", "/stock-book/count/BRG-6204-2RS", "/release", "/pick", f"/pick/{task.task}", "/pack", f"/pack/{orders[2]}/HAM",
        f"/cartons/{ready}", "/hand-over", "/shipments", f"/shipments/{left.shipment}", "/invoices", f"/invoices/{billed.invoice}",
        f"/invoices/{billed.invoice}/credit", f"/invoices/{billed.invoice}/payment",
    ]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_page_is_drawn_under_the_policy_and_no_wider_than_its_window(lasting, signed_in, size):  # noqa: F811
    _, addresses = company(lasting)
    page = signed_in("ann", "admin", size)
    for address in addresses:
        draws(page, address)


def test_a_count_is_looked_at_and_booked_and_the_curve_is_drawn(lasting, signed_in):  # noqa: F811
    company(lasting)
    page = signed_in("tomasz", "warehouse")
    page.goto("/stock")
    page.fill("[name=q]", "6204")
    page.click("text=BRG-6204-2RS")
    page.wait_for_selector("[data-chart=curve] svg")
    page.evaluate("document.getElementById('item').dispatchEvent(new CustomEvent('live'))")  # as the stream would say it
    page.wait_for_selector("[data-chart=curve] svg")
    page.wait_for_selector("#item:not(.htmx-request) [data-chart=curve] svg")
    before = int(page.inner_text(".tile .big"))
    page.click("text=Count…")
    page.fill("[name=bin]", "A-01")
    page.fill("[name=counted]", str(before + 3))
    page.fill("[name=reason]", "cycle count")
    page.click("text=Look at the change")
    text_of(page, ".before-after", f"{before + 3}")
    assert not Count.objects.exists()
    page.click(f"text=Book {before + 3} in A-01")
    text_of(page, ".msg.good", "3 more than expected")
    text_of(page, "#movements tbody tr", "Counted")
    assert Count.objects.get().counted == before + 3


def test_units_of_an_invoice_are_credited_after_a_preview(lasting, signed_in):  # noqa: F811
    number, _ = company(lasting)
    page = signed_in("fritz", "finance")
    page.goto("/invoices?view=all")
    page.click(f"text={number}")
    page.click("text=Credit…")
    page.fill("[name=units_1]", "2")
    page.fill("[name=reason]", "Two were scratched")
    page.click("text=Look at the change")
    page.click("text=Credit 2 units")
    text_of(page, ".msg.good", "Two were scratched")
    assert Invoice.objects.get(kind="credit").reason == "Two were scratched"
