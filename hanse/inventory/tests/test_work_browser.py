"""The stock work in a real browser, driven by scans."""

from django.db import connections

from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.tests.floor import released
from hanse.inventory.keep_faces import KeepFace, keep_faces
from hanse.inventory.models import Balance, Movement, MoveTask
from hanse.inventory.models import Count as CountRow
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
    text_of(page, "#toasts", "9 BRG-6204-2RS carried at HAM from R-01 to A-01")
    assert there()["bin", "A-01"] == 10 and MoveTask.objects.get().moved == 9

    page.click("text=Look for more")
    page.click("#put-away >> text=Start")
    text_of(page, "[data-next]", "Scan the item")
    scan(page, GTIN)
    text_of(page, "[data-next]", "Scan R-01")
    scan(page, "B-02")
    text_of(page, "[data-into]", "B-02")
    page.click("text=Bin is full")
    text_of(page, "#toasts", "into B-02 instead of R-01: Bin is full")

    page.click("text=Look for more")
    page.click("#count >> text=Start")
    scan(page, "B-02")
    scan(page, "BLT-A42")
    text_of(page, "[data-next]", "Type how many, Enter")
    page.keyboard.type("8")
    page.keyboard.press("Enter")
    text_of(page, "#toasts", "8 BLT-A42 counted in B-02")
    assert ("doubt", "B-02") not in there()


def test_stock_work_goes_on_without_a_line_and_nothing_is_booked_twice(lasting, signed_in):  # noqa: F811
    hall(lasting)
    receive([Receive("HAM", "BLT-A42", 4)], by="ann")
    page = signed_in("tomasz", "warehouse", PHONE)
    page.goto("/stock-work")
    page.click("#put-away >> text=Start")
    text_of(page, "[data-next]", "Scan the item")
    page.context.set_offline(True)
    for item in ("BLT-A42", GTIN):
        text_of(page, "[data-next]", "Scan the item")
        scan(page, item)
        scan(page, page.inner_text("[data-next]").removeprefix("Scan "))
    page.wait_for_selector("text=All that was taken along is done")
    assert page.inner_text("[data-outbox-count]") == "2" and not Movement.objects.filter(act="StockPutAway").exists()
    page.context.set_offline(False)
    sent(page)
    text_of(page, "#toasts", "4 BLT-A42 put away")
    text_of(page, "#toasts", "7 BRG-6204-2RS put away")
    assert ("bin", "DOCK") not in there() and Movement.objects.filter(act="StockPutAway").count() == 2


LOSE_THE_ANSWER = """() => {
  const real = window.fetch;
  let lost = 0;
  window.fetch = async (...asked) => { const answer = await real(...asked); if (!lost++) throw new TypeError("the line broke"); return answer; };
}"""


def test_a_count_whose_answer_was_lost_on_the_way_is_told_once_it_is_sent_again(lasting, signed_in):  # noqa: F811
    hall(lasting)
    page = signed_in("ewa", "warehouse", PHONE)
    page.goto("/stock-work")
    page.click("#count >> text=Start")
    text_of(page, "[data-next]", "Scan B-02")
    page.evaluate(LOSE_THE_ANSWER)
    for code in ("B-02", "BLT-A42"):
        scan(page, code)
    text_of(page, "[data-next]", "Type how many, Enter")
    page.keyboard.type("8")
    page.keyboard.press("Enter")
    text_of(page, "#toasts", "8 BLT-A42 counted in B-02")
    sent(page)
    connections.close_all()
    assert CountRow.objects.count() == 1 and there()["bin", "B-02"] == 8


def test_the_pages_draw_at_both_sizes(lasting, signed_in):  # noqa: F811
    hall(lasting)
    for size in (PHONE, None):
        page = signed_in("tomasz", "warehouse", *([size] if size else []))
        for url in ("/stock-work", "/stock-work/rules", f"/stock-work/carry/{MoveTask.objects.get().pk}", "/stock-work/put-away?site=HAM&from_bin=DOCK&sku=BRG-6204-2RS&lot="):
            draws(page, url)
