"""Changes after release in a real browser: the desk asks, the floor answers in one tap, the dock keeps what is not answered."""

from hanse.fulfilment.models import Carton
from hanse.orders.models import ChangeRequest, Order
from hanse.orders.tests.test_pages import company
from tests.browser import PHONE, browser_test, chromium, draws, house, signed_in, text_of  # noqa: F401

from .floor import packed, released

pytestmark = browser_test


def test_the_desk_is_told_whom_it_asks_and_the_floor_answers_in_one_tap(lasting, signed_in):  # noqa: F811
    company(lasting)
    order = lasting.order(("BRG-6204", 12))
    packed(order)
    desk = signed_in("ina", "order desk")
    draws(desk, f"/orders/{order}/cancel")
    desk.fill("[name=line-1]", "3")
    desk.fill("[name=reason]", "ordered twice")
    desk.select_option("[name=fallback]", "return")
    desk.click("text=Preview the cancellation")
    text_of(desk, ".preview", "HAM asked to stop 3 BRG-6204")
    desk.click("button:has-text('Ask to stop 3')")
    text_of(desk, "#order", "if it cannot, it comes back on arrival")

    floor = signed_in("tomasz", "warehouse", PHONE)
    draws(floor, "/pack")
    text_of(floor, "#changes", "Stop 3 BRG-6204")
    floor.click("#changes button:has-text('Stopped')")
    text_of(floor, ".main", "HAM stopped 3 units: 3 BRG-6204 put back to A-01")
    assert Carton.objects.get().opened_at is not None and Order.objects.get().cancelled == 3
    assert not floor.is_visible("#changes") and "9" in floor.inner_text("#packing")
    draws(floor, f"/cartons/{Carton.objects.get().sscc}")
    assert "This carton was opened again." in floor.inner_text(".main")
    desk.reload()
    text_of(desk, "#order", "Done")


def test_a_refused_address_keeps_the_carton_at_the_dock_until_somebody_decides(lasting, signed_in):  # noqa: F811
    company(lasting)
    order, waiting = lasting.order(("BRG-6204", 12)), lasting.order(("BRG-6204", 2))
    packed(order), released(waiting)
    desk = signed_in("ina", "order desk")
    draws(desk, f"/orders/{order}/change")
    desk.fill("[name=street]", "Lange Straße 1")
    desk.fill("[name=carrier]", "UPS")
    desk.click("text=Preview the change")
    text_of(desk, ".preview", "HAM asked to label anew with the new address")
    desk.click(f"text=Change {order}")
    text_of(desk, "#order", "Label anew: Lange Straße 1")

    floor = signed_in("tomasz", "warehouse")
    for path in ("/pick", "/release", "/hand-over", "/changes", "/changes?site=HAM"):
        draws(floor, path)
        text_of(floor, "#changes", "2 changes to answer")
    floor.click("#changes tr:has-text('Lange Straße') button:has-text('Loaded already')")
    text_of(floor, ".main", "the dock keeps it here")
    text_of(floor, "#changes", "Kept at the dock")
    draws(floor, "/hand-over")
    assert "Answer" in floor.inner_text("#staged")
    desk.goto("/exceptions")
    text_of(desk, "#exceptions", "HAM is asked to label anew; refused, kept at the dock")

    dock = signed_in("dora", "transport", PHONE)
    draws(dock, "/changes")
    dock.click("#changes tr:has-text('Lange Straße') button:has-text('Labelled')")
    text_of(dock, ".main", "HAM labelled anew with the new address")
    assert set(ChangeRequest.objects.values_list("kind", "state", "outcome")) == {("address", "refused", "done"), ("carrier", "requested", "")}

