"""The stock work in a real browser, driven by scans."""

from django.db import connections

from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.tests.floor import released
from hanse.inventory.keep_faces import KeepFace, keep_faces
from hanse.inventory.models import Balance, MoveTask
from hanse.inventory.receive import Receive, receive
from hanse.inventory.replenish import Replenish, replenish
from hanse.network.models import Bin
from tests.browser import PHONE, browser_test, chromium, draws, house, scan, sent, signed_in, text_of  # noqa: F401

pytestmark = browser_test
GTIN = "4006381333931"


def hall(lasting):
    """A face A-01 for 2 to 10 with 1 in it, 30 in reserve, 7 at the dock, and a bin in doubt."""
    item, belt, site = lasting.item("BRG-6204-2RS", gtin=GTIN), lasting.item("BLT-A42"), lasting.site()
    lasting.customer()
    for code, role in (("R-01", "reserve"), ("DOCK", "dock"), ("B-02", "pick-face")):
        Bin.objects.create(site=site, code=code, role=role, walk=9)
    receive([Receive("HAM", item.sku, 1, "A-01"), Receive("HAM", item.sku, 30, "R-01"), Receive("HAM", item.sku, 7), Receive("HAM", belt.sku, 12, "B-02")], by="ann")
    keep_faces([KeepFace("HAM", "A-01", item.sku, 2, 10)], by="ann")
    replenish([Replenish("HAM")], by="ann")
    [task] = released(lasting.order((belt.sku, 3)))
    pick([Pick(task.task, 2, "bin empty")], by="ann")


def there():
    connections.close_all()
    return {(b.account.kind, b.account.code): b.on_hand for b in Balance.objects.select_related("account") if b.on_hand and b.account.kind != "tote"}


def test_a_face_is_filled_what_arrived_is_put_away_and_a_bin_is_counted_by_scans(lasting, signed_in):  # noqa: F811
    hall(lasting)
    page = signed_in("tomasz", "warehouse", PHONE)
    draws(page, "/stock-work")
    page.click("#replenish >> text=Start")
    text_of(page, "[data-next]", "Scan R-01")
    scan(page, "R-02")
    text_of(page, "[data-wrong-title]", "Wrong bin")
    scan(page, "R-01")
    text_of(page, "[data-next]", "Scan the item")
    assert not page.is_visible("[data-wrong]")
    scan(page, "]C101" + GTIN.zfill(14))
    text_of(page, "[data-next]", "Scan A-01")
    scan(page, "A-01")
    page.wait_for_selector("text=9 BRG-6204-2RS carried at HAM from R-01 to A-01")
    assert there()["bin", "A-01"] == 10 and MoveTask.objects.get().moved == 9

    page.click("#put-away >> text=Start")
    text_of(page, "[data-next]", "Scan the item")
    scan(page, GTIN)
    text_of(page, "[data-next]", "Scan R-01")
    scan(page, "B-02")
    text_of(page, "[data-into]", "B-02")
    page.click("text=Bin is full")
    page.wait_for_selector("text=into B-02 instead of R-01: Bin is full")

    page.click("#count >> text=Start")
    scan(page, "B-02")
    scan(page, "BLT-A42")
    text_of(page, "[data-next]", "Type how many, Enter")
    page.keyboard.type("8")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=8 BLT-A42 counted in B-02")
    assert ("doubt", "B-02") not in there()


def test_the_pages_draw_at_both_sizes(lasting, signed_in):  # noqa: F811
    hall(lasting)
    for size in (PHONE, None):
        page = signed_in("tomasz", "warehouse", *([size] if size else []))
        for url in ("/stock-work", "/stock-work/rules", f"/stock-work/carry/{MoveTask.objects.get().pk}", "/stock-work/put-away?site=HAM&from_bin=DOCK&sku=BRG-6204-2RS&lot="):
            draws(page, url)
