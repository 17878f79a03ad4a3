"""One parcel of several orders in a real browser: proposed, put together by tap and by scan, handed over."""

import os

from hanse.fulfilment.models import Carton
from hanse.fulfilment.tests.floor import counters, packed, picked, released
from hanse.orders.hold import Hold, hold
from hanse.orders.release_hold import ReleaseHold, release_hold
from hanse.transport.keep_carriers import KeepCarrier, keep_carriers
from hanse.transport.models import Parcel
from tests.browser import DESK, PHONE, browser_test, chromium, draws, house, scan, signed_in, text_of  # noqa: F401

pytestmark = browser_test


def company(lasting):
    """Carrier ELBE; orders of a hotel for one address are placed with `lasting.order`."""
    lasting.stocked(lasting.item("BRG-6204", name="Ball bearing", weight_g=110), lasting.site(), 90)
    lasting.customer(name="Hotel Ostseeblick")
    keep_carriers([KeepCarrier("ELBE", "Elbe Express")], by="ann")


def seen(page, name):
    """A picture for whoever wants to look."""
    if folder := os.environ.get("HANSE_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_cartons_for_one_address_are_put_together_at_the_station_and_leave_as_one_parcel(lasting, signed_in):  # noqa: F811
    company(lasting)
    first, later, second = (lasting.order(("BRG-6204", n)) for n in (3, 9, 2))
    outer = packed(first).carton
    picked(second), released(later)
    page = signed_in("tomasz", "warehouse")
    draws(page, f"/pack/{second}/HAM")
    text_of(page, "body", f"Also staged here: {first}, 1 carton")
    text_of(page, "body", f"Still being picked: {later} (9 units)")
    seen(page, "station")
    page.click("[data-rest]") if page.is_visible("[data-rest]") else [scan(page, "BRG-6204") for _ in range(2)]
    page.click("[data-close-button]")
    page.wait_for_url("**/cartons/*")
    inner = page.url.rsplit("/", 1)[1]
    text_of(page, "body", "Goes into")
    seen(page, "proposed")
    page.click("text=Put this one in there")
    page.wait_for_url(f"**/cartons/{outer}")
    text_of(page, "#toasts, .msg", "together with")
    text_of(page, "body", f"of {second} lies in here")
    seen(page, "outer")
    assert Carton.objects.get(sscc=inner).inside.sscc == outer
    page.click("text=Take it out")
    page.wait_for_load_state()
    assert Carton.objects.get(sscc=inner).inside is None

    scan(page, "BRG-6204")
    text_of(page, "[data-said]", "is no carton")
    scan(page, f"]C100{inner}")
    text_of(page, "body", f"of {second} lies in here")
    for size, name in ((DESK, "desk"), (PHONE, "phone")):
        page.set_viewport_size(size)
        for path, what in ((f"/cartons/{inner}", "inner"), (f"/cartons/{outer}", "outer"), ("/hand-over?site=HAM", "hand-over")):
            draws(page, path)
            seen(page, f"{what}-{name}")
    page.set_viewport_size(DESK)

    hold([Hold(second, "credit", "limit")], by="ann")
    draws(page, "/hand-over?site=HAM")
    text_of(page, "#staged", f"{second}: Credit hold")
    release_hold([ReleaseHold(second, "credit", "paid")], by="ann")
    draws(page, "/hand-over?site=HAM")
    scan(page, inner)
    text_of(page, "[data-step-what]", "It lies in another carton")
    scan(page, outer)
    page.select_option("[name=carrier]", "ELBE")
    page.click("[data-close]")
    text_of(page, ".msg.good", f"In one parcel with them: {second}")
    assert {p.tracking for p in Parcel.objects.all()} == {outer}
    assert [counters(o)["shipped"] for o in (first, second)] == [3, 2]
    shipment = Parcel.objects.get(carton__sscc=inner).shipment_id
    for size, name in ((DESK, "desk"), (PHONE, "phone")):
        page.set_viewport_size(size)
        for path, what in ((f"/shipments/{shipment}", "shipment"), (f"/orders/{second}", "order"), (f"/cartons/{inner}", "gone")):
            draws(page, path)
            text_of(page, "body", first)
            seen(page, f"{what}-{name}")


def test_the_hand_over_page_puts_together_with_one_tap(lasting, signed_in):  # noqa: F811
    company(lasting)
    outer, inner = (packed(lasting.order(("BRG-6204", n))) for n in (3, 2))
    page = signed_in("tomasz", "warehouse", PHONE)
    draws(page, "/hand-over?site=HAM")
    seen(page, "proposed-phone")
    page.set_viewport_size(DESK)
    draws(page, "/hand-over?site=HAM")
    seen(page, "proposed-desk")
    page.click(f"text=Put into …{outer.carton[-7:]} of {outer.order}")
    page.wait_for_load_state()
    text_of(page, "#staged", f"in …{outer.carton[-7:]}")
    assert page.url.endswith("/hand-over?site=HAM") and Carton.objects.get(sscc=inner.carton).inside.sscc == outer.carton
    assert page.locator("input[name=chosen]").count() == 1
