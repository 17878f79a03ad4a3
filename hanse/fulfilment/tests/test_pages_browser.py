"""The floor in a real browser: the hand-held and the packing station, driven by scans."""

from decimal import Decimal

from django.db import connections

from hanse.fulfilment.models import Carton, Scan, Task
from hanse.fulfilment.tests.floor import counters, picked, released
from hanse.inventory.models import Balance, Movement
from hanse.inventory.receive import Receive, receive
from hanse.network.keep_carton_types import KeepCartonType, keep_carton_types
from hanse.network.keep_freight_contracts import KeepFreightContract, keep_freight_contracts
from hanse.network.models import Bin
from hanse.transport.keep_carriers import KeepCarrier, keep_carriers
from hanse.transport.models import Parcel
from tests.browser import DESK, PHONE, browser_test, chromium, draws, house, scan, sent, signed_in, text_of  # noqa: F401

pytestmark = browser_test
GTIN = "4006381333931"


def bearings(lasting):
    """Two bearings that are easily mistaken, ordered once each: 3 sealed ones at B-07-03-2, 4 belts at B-07-04-1."""
    site = lasting.site()
    for code, walk in (("B-07-03-2", 10), ("B-07-03-3", 11), ("B-07-04-1", 12)):
        Bin.objects.create(site=site, code=code, walk=walk)
    sealed, shielded = lasting.item("BRG-6204-2RS", gtin=GTIN, weight_g=110), lasting.item("BRG-6204-ZZ", weight_g=108)
    belt = lasting.item("BLT-A42", weight_g=140)
    for item, bin in ((sealed, "B-07-03-2"), (shielded, "B-07-03-3"), (belt, "B-07-04-1")):
        lasting.stocked(item, site, 50, bin)
    lasting.customer()
    return lasting.order(("BRG-6204-2RS", 3), ("BLT-A42", 4))


def test_an_order_is_picked_by_scans_a_wrong_one_turns_red_and_a_short_pick_takes_two_taps(lasting, signed_in):  # noqa: F811
    order = bearings(lasting)
    first, second = (t.task for t in sorted(released(order), key=lambda t: t.bin))
    page = signed_in("tomasz", "warehouse", PHONE)
    draws(page, "/pick")
    page.click("text=Start picking")
    text_of(page, "[data-step-what]", "Scan the bin")
    assert page.url.endswith(f"/pick/{first}") and page.inner_text("[data-sku] mark") == "2RS"
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), "the hand-held does not scroll"

    scan(page, "B-07-03-3")
    text_of(page, "[data-wrong-title]", "Wrong bin")
    scan(page, "B-07-03-2")
    text_of(page, "[data-bin-said]", "Bin scanned")
    assert not page.is_visible("[data-wrong]")

    scan(page, "BRG-6204-ZZ")
    text_of(page, "[data-wrong-about]", "belongs in B-07-03-3")
    assert page.inner_text("[data-wrong-read] b") == "ZZ" and page.inner_text("[data-wrong-want] b") == "2RS"
    assert page.inner_text("[data-taken]") == "0" and Movement.objects.filter(act="UnitsPicked").count() == 0
    scan(page, GTIN)
    text_of(page, "[data-taken]", "1")
    scan(page, "]C101" + GTIN.zfill(14))
    text_of(page, "[data-taken]", "2")
    page.click("[data-undo]")
    text_of(page, "[data-taken]", "1")
    scan(page, "BRG-6204-2RS")
    scan(page, "brg-6204-2rs")
    text_of(page, "[data-step-more]", "Going on to B-07-04-1")

    text_of(page, "[data-sku]", "BLT-A42")
    assert page.url.endswith(f"/pick/{second}")
    scan(page, "B-07-04-1")
    scan(page, "BLT-A42")
    text_of(page, "[data-taken]", "1")
    page.click("[data-short-open]")
    text_of(page, "[data-short] h2", "1 taken, 3 short. Why?")
    page.click("text=Bin is empty")
    sent(page)
    text_of(page, "#toasts", "3 short")
    assert counters(order)["picked"] == 4
    assert [t.taken for t in Task.objects.filter(pk__in=[first, second]).order_by("pk")] == [3, 1]
    assert Scan.objects.filter(right=False).count() == 2


def test_what_was_booked_last_is_undone_at_the_next_stop_and_picked_again(lasting, signed_in):  # noqa: F811
    order = bearings(lasting)
    first, second = (t.task for t in sorted(released(order), key=lambda t: t.bin))
    page = signed_in("tomasz", "warehouse", PHONE)
    draws(page, f"/pick/{first}")
    for code in ("B-07-03-2", GTIN, GTIN, GTIN):
        scan(page, code)
    page.wait_for_url(f"**/pick/{second}")
    sent(page)
    assert Task.objects.get(pk=first).taken == 3
    page.click("[data-undo]")
    page.wait_for_url(lambda url: not url.endswith(f"/pick/{second}"))
    text_of(page, "[data-step-what]", "Scan the bin")
    again = Task.objects.get(closed_at__isnull=True, order_id=int(order[2:]), bin__code="B-07-03-2")
    assert page.url.endswith(f"/pick/{again.pk}") and Task.objects.get(pk=first).put_back == 3
    for code in ("B-07-03-2", GTIN, GTIN, GTIN):
        scan(page, code)
    page.wait_for_url(f"**/pick/{second}")
    sent(page)
    assert Task.objects.get(pk=again.pk).taken == 3


def test_a_unit_in_the_tote_that_is_not_good_is_replaced_in_three_taps(lasting, signed_in):  # noqa: F811
    order = bearings(lasting)
    first, second = (t.task for t in sorted(released(order), key=lambda t: t.bin))
    page = signed_in("tomasz", "warehouse", PHONE)
    draws(page, f"/pick/{first}")
    assert page.is_disabled("[data-held-open]")
    for code in ("B-07-03-2", GTIN, GTIN, GTIN):
        scan(page, code)
    page.wait_for_url(f"**/pick/{second}")
    sent(page)
    page.click("[data-pick] [data-held-open]")
    assert page.inner_text("[data-held-list]").startswith("3 × BRG-6204-2RS from B-07-03-2")
    page.click("text=Replace…")
    text_of(page, "[data-bad] h2", "One BRG-6204-2RS is not good. Why?")
    page.click("[data-bad-reason=Damaged]")
    page.wait_for_url(lambda url: not url.endswith(f"/pick/{second}"))
    text_of(page, "[data-wanted]", "1")
    again = Task.objects.get(closed_at__isnull=True, order_id=int(order[2:]), item__sku="BRG-6204-2RS")
    assert page.url.endswith(f"/pick/{again.pk}") and Task.objects.get(pk=first).put_back == 1
    assert Balance.objects.get(account__kind="quarantine", item__sku="BRG-6204-2RS").on_hand == 1
    page.click("[data-pick] [data-held-open]")
    assert page.inner_text("[data-held-list]").startswith("2 × BRG-6204-2RS")
    page.click("[data-held] [data-back]")
    for code in (again.bin.code, GTIN):
        scan(page, code)
    page.wait_for_url(f"**/pick/{second}")
    sent(page)
    assert Task.objects.get(pk=again.pk).taken == 1 and counters(order)["picked"] == 4


def test_the_hand_held_says_how_many_more_may_be_taken_and_books_them(lasting, signed_in):  # noqa: F811
    site, item = lasting.site(), lasting.item("BRG-6204-2RS", gtin=GTIN)
    lasting.stocked(item, site, 23), lasting.customer(over_percent=10)
    order, other = lasting.order((item.sku, 20)), lasting.order((item.sku, 2))
    [task] = released(order)
    page = signed_in("tomasz", "warehouse", PHONE)
    draws(page, f"/pick/{task.task}")
    text_of(page, "[data-over-said]", "Up to 1 more allowed")
    scan(page, "A-01")
    scan(page, GTIN)
    page.click("[data-type]")
    page.click("[data-all]")
    page.click("[data-add='1']")
    page.click("[data-add='1']")
    text_of(page, "[data-typed]", "21")
    page.click("[data-typed-ok]")
    text_of(page, "[data-over-said]", "1 over, no more allowed")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), "the hand-held does not scroll"
    page.wait_for_selector("[data-done]", state="visible")
    sent(page)
    assert counters(order)["picked"] == 21 and counters(other) == {"reserved": 2}


def test_picking_goes_on_without_a_line_and_is_booked_once_it_is_back(lasting, signed_in):  # noqa: F811
    order = bearings(lasting)
    first = min(released(order), key=lambda t: t.bin).task
    page = signed_in("tomasz", "warehouse", PHONE)
    page.goto(f"/pick/{first}")
    page.context.set_offline(True)
    for code in ("B-07-03-2", "BRG-6204-2RS", "BRG-6204-2RS", "BRG-6204-2RS", "B-07-04-1", "BLT-A42"):
        scan(page, code)
    text_of(page, "[data-sku]", "BLT-A42")
    text_of(page, "[data-taken]", "1")
    assert int(page.inner_text("[data-outbox-count]")) >= 6 and counters(order).get("picked", 0) == 0
    page.context.set_offline(False)
    sent(page)
    assert counters(order)["picked"] == 3


def test_what_was_picked_is_packed_weighed_and_handed_over_by_scans(lasting, signed_in):  # noqa: F811
    order = bearings(lasting)
    picked(order)
    keep_carriers([KeepCarrier("ELBE", "Elbe Express")], by="ann")
    page = signed_in("tomasz", "warehouse")
    draws(page, "/pack")
    scan(page, order)
    page.wait_for_url(f"**/pack/{order}/HAM")
    assert page.is_disabled("[data-close-button]")
    scan(page, "BRG-6204-ZZ")
    text_of(page, "[data-step-what]", "Wrong item")
    for code in [GTIN] * 3 + ["BLT-A42"] * 4:
        scan(page, code)
    text_of(page, "[data-step-what]", "All scanned")
    scan(page, "BLT-A42")
    text_of(page, "[data-step-what]", "No more BLT-A42")
    page.fill("[data-scale]", "2.5")
    text_of(page, "[data-close-why]", "does not agree")
    page.fill("[data-scale]", "0.90")
    page.click("[data-close-button]")
    page.wait_for_url("**/cartons/*")
    sscc = page.url.rsplit("/", 1)[1]
    for paper in ("label.pdf", "packing-slip.pdf"):
        assert page.request.get(f"/cartons/{sscc}/{paper}").body().startswith(b"%PDF")

    draws(page, "/hand-over")
    scan(page, "00340123450000009999")
    text_of(page, "[data-step-what]", "Not of this place")
    scan(page, f"]C100{sscc}")
    text_of(page, "[data-close]", "Hand over 1 carton")
    page.select_option("[name=carrier]", "ELBE")
    page.click("[data-close]")
    text_of(page, ".msg.good", "1 of 1 carton handed over")
    assert Parcel.objects.get().tracking == sscc and counters(order)["shipped"] == 7
    assert ("BRG-6204-ZZ", False) in set(Scan.objects.filter(step="pack").values_list("read", "right")), "the wrong scan is kept"
    connections.close_all()


def test_another_lot_and_a_serial_scanned_twice_are_wrong(lasting, signed_in):  # noqa: F811
    site = lasting.site()
    grease, drive = lasting.item("LUB-400", gtin="4006381333948", tracking="lot"), lasting.item("DRV-1", tracking="serial")
    lasting.stocked(grease, site, 9, lot="L26")
    receive([Receive("HAM", drive.sku, 2, "A-01", serials=("SN-0001", "SN-0002"))], by="ann")
    lasting.customer()
    first, second = lasting.order(("LUB-400", 2)), lasting.order(("DRV-1", 2))
    [lot], _ = released(first), released(second)
    page = signed_in("tomasz", "warehouse", PHONE)
    page.goto(f"/pick/{lot.task}")
    scan(page, "A-01")
    scan(page, "]C10104006381333948" + "10L25")
    text_of(page, "[data-wrong-title]", "Wrong lot")
    assert page.inner_text("[data-wrong-read]") == "Lot L25" and page.inner_text("[data-wrong-want]") == "Lot L26"
    scan(page, "]C10104006381333948" + "10L26")
    page.click("[data-type]")
    page.click("[data-all]")
    page.click("[data-typed-ok]")
    text_of(page, "[data-sku]", "DRV-1")
    for code in ("A-01", "SN-0001", "SN-0001"):
        scan(page, code)
    text_of(page, "[data-wrong-title]", "Wrong item")
    scan(page, "SN-0002")
    page.wait_for_selector("text=This walk is done")
    sent(page)
    assert (counters(first)["picked"], counters(second)["picked"]) == (2, 2)


def with_cartons(lasting):
    """Two carton types and two contracts at HAM, and an order of bearings and belts in its tote."""
    site = lasting.site()
    for n, (sku, sides, grams) in enumerate([("BRG-6204-2RS", (100, 75, 50), 110), ("BLT-A42", (180, 140, 40), 400)]):
        lasting.stocked(lasting.item(sku, length_mm=sides[0], width_mm=sides[1], height_mm=sides[2], weight_g=grams, name=sku.split("-")[0]), site, 50, f"B-0{n}")
    keep_carton_types([KeepCartonType("K-02", 220, 160, 100, 228, 168, 108, 100, 10_000), KeepCartonType("K-05", 400, 300, 200, 408, 308, 208, 300, 20_000)], by="ann")
    keep_freight_contracts([KeepFreightContract(5000, Decimal("0.5")), KeepFreightContract(6000, Decimal(1), carrier="ELBE")], by="ann")
    lasting.customer()
    order = lasting.order(("BRG-6204-2RS", 6), ("BLT-A42", 3))
    picked(order)
    return order


def test_the_packer_sees_the_layers_takes_another_way_and_closes_a_carton_by_its_code(lasting, signed_in):  # noqa: F811
    order = with_cartons(lasting)
    page = signed_in("tomasz", "warehouse", DESK)
    draws(page, f"/pack/{order}/HAM")
    text_of(page, "[data-proposed='0'] h2", "Carton 1 of 3: K-02")
    page.click(".opt:not(.on)")
    text_of(page, ".opt.on", "K-05")
    text_of(page, "[data-proposed='0'] h2", "Carton 1 of 1: K-05")
    scan(page, "BLT-A42")
    text_of(page, "[data-total]", "1 of 9")
    assert page.locator("[data-unit].done").count() == 1 and page.locator("[data-unit].next").count() == 1
    page.click("[data-undo]")
    page.fill("[data-scale]", "2.17")
    page.press("[data-scale]", "Enter")
    scan(page, "k-05")
    page.wait_for_url("**/cartons/*")
    carton = Carton.objects.get()
    assert (carton.type.code, carton.proposal, counters(order)["packed"], carton.weight_g) == ("K-05", "alternative", 9, 2170)


def test_a_carton_that_was_packed_otherwise_says_so(lasting, signed_in):  # noqa: F811
    order = with_cartons(lasting)
    page = signed_in("tomasz", "warehouse", PHONE)
    draws(page, f"/pack/{order}/HAM")
    for _ in range(2):
        scan(page, "BRG-6204-2RS")
    page.select_option("[data-type]", "K-02")
    page.fill("[data-scale]", "0.33")
    page.click("[data-close-button]")
    page.wait_for_url("**/cartons/*")
    carton = Carton.objects.get()
    assert (carton.type.code, carton.proposal, carton.expected_g, carton.weight_g) == ("K-02", "other", 320, 330)
