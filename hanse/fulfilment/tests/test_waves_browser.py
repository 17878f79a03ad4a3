"""Waves in a real browser: the lead releases what leaves together, a picker walks the tour, the put wall sorts a batch."""

import pytest

from hanse.fulfilment import planning
from hanse.fulfilment.models import Scan, Task, Tour, Wave
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.release_wave import ReleaseWave, release_wave
from hanse.fulfilment.tests.test_waves import warehouse
from hanse.network.keep import KeepSite, keep_sites
from tests.browser import DESK, PHONE, browser_test, chromium, draws, house, scan, sent, signed_in, text_of  # noqa: F401

pytestmark = browser_test


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_what_leaves_together_is_released_and_its_walks_are_drawn(lasting, signed_in, size):  # noqa: F811
    warehouse(lasting, 4)
    page = signed_in("tomasz", "warehouse", size)
    draws(page, "/waves?site=HAM")
    page.click("table >> text=Release")
    page.wait_for_url("**/waves/*")
    wave = Wave.objects.get()
    assert wave.orders == 4 and wave.actor == "tomasz"
    planning.plan("HAM", wave.pk)
    draws(page, f"/waves/{wave.pk}")
    assert page.locator(".plan .walk").count() == Tour.objects.count() == 2
    draws(page, f"/tours/{Tour.objects.order_by('pk')[0].pk}")
    marks = page.locator(".plan .stop text").all_text_contents()
    assert marks == [str(n) for n in range(1, len(marks) + 1)]


def test_a_form_that_cannot_be_read_says_which_field(lasting, signed_in):  # noqa: F811
    warehouse(lasting, 1)
    page = signed_in("tomasz", "warehouse")
    page.goto("/waves?site=HAM")
    page.fill("[name=carrier]", "NONE")
    page.click("text=Release the wave")
    text_of(page, ".msg.bad", "Nothing that waits at HAM fits: 1 another carrier.")


def test_a_picker_walks_a_tour_stop_by_stop_with_its_floor_at_hand(lasting, signed_in):  # noqa: F811
    warehouse(lasting, 2)
    page = signed_in("tomasz", "warehouse", PHONE)
    [wave] = release_wave([ReleaseWave("HAM")], by="ann")
    planning.plan("HAM", wave.wave)
    draws(page, "/pick?site=HAM")
    page.click("text=Start picking")
    tasks = list(Task.objects.filter(tour__isnull=False).order_by("stop").select_related("bin", "item"))
    assert page.url.endswith(f"/pick/{tasks[0].pk}") and Tour.objects.get().picker == "tomasz"
    assert page.inner_text("[data-slot]") == "1"
    page.click("[data-map]")
    assert page.locator(".plan .stop.now text").text_content() == "1"
    scan(page, tasks[0].bin.code)     # a scan closes the plan and counts
    text_of(page, "[data-bin-said]", "Bin scanned")
    assert not page.is_visible("[data-floor]")
    for n, task in enumerate(tasks):
        if n and task.bin_id != tasks[n - 1].bin_id:
            scan(page, task.bin.code)
        text_of(page, "[data-sku]", task.item.sku)
        for _ in range(task.to_pick):
            scan(page, task.item.sku)
    page.wait_for_selector("[data-done]:not([hidden])")
    sent(page)
    assert not Task.objects.filter(closed_at=None).exists()


def test_units_go_into_the_tote_whose_place_was_scanned_where_the_site_wants_it(lasting, signed_in):  # noqa: F811
    warehouse(lasting, 2)
    keep_sites([KeepSite("HAM", tote_scan=True)], by="ann")
    page = signed_in("tomasz", "warehouse", PHONE)
    [wave] = release_wave([ReleaseWave("HAM")], by="ann")
    planning.plan("HAM", wave.wave)
    page.goto("/pick?site=HAM")
    page.click("text=Start picking")
    tasks = list(Task.objects.filter(tour__isnull=False).order_by("stop").select_related("bin", "item"))
    first, other = tasks[0], next(t for t in tasks if t.order_id != tasks[0].order_id)
    scan(page, first.bin.code)
    for _ in range(first.to_pick):
        scan(page, first.item.sku)
    text_of(page, "[data-step-more]", f"Place 1: H-{first.order_id}")
    scan(page, f"H-{other.order_id}")
    text_of(page, "[data-wrong-title]", "Wrong tote")
    assert page.inner_text("[data-wrong-want]") == f"H-{first.order_id}" and page.inner_text("[data-want-word]") == "Put into place 1"
    page.click("[data-undo]")
    text_of(page, "[data-taken]", str(first.to_pick - 1))
    scan(page, first.item.sku)
    text_of(page, "[data-step-what]", "Scan the tote")
    scan(page, f"H-{first.order_id}")
    text_of(page, "[data-stop]", "2")
    scan(page, tasks[1].bin.code)
    scan(page, tasks[1].item.sku)
    if tasks[1].to_pick > 1:
        page.click("[data-short-open]")
        page.click("text=Bin is empty")
    text_of(page, "[data-step-what]", "Scan the tote")
    scan(page, f"H-{tasks[1].order_id}")
    sent(page)
    first.refresh_from_db()
    assert first.taken == first.to_pick
    assert list(Scan.objects.filter(wanted=f"H-{first.order_id}").order_by("pk").values_list("read", "right"))[:2] == [(f"H-{other.order_id}", False), (f"H-{first.order_id}", True)]


def test_a_batch_is_sorted_by_scans_at_the_put_wall(lasting, signed_in):  # noqa: F811
    warehouse(lasting, 2, bins=6, method="batch")
    [wave] = release_wave([ReleaseWave("HAM")], by="ann")
    [tour] = planning.plan("HAM", wave.wave)
    pick([Pick(t, Task.objects.get(pk=t).to_pick, tote=f"C-{tour.tour}") for t in tour.tasks], by="ann")
    page = signed_in("tomasz", "warehouse")
    draws(page, "/sort?site=HAM")
    first = Task.objects.get(pk=tour.tasks[0])
    page.fill("[name=read]", "NOT-HERE")
    page.press("[name=read]", "Enter")
    text_of(page, ".msg.bad b", "Nothing here wants this.")
    page.context.set_offline(True)
    for task in Task.objects.filter(pk__in=tour.tasks).select_related("item"):
        page.fill("[name=read]", task.item.sku)
        page.press("[name=read]", "Enter")
        text_of(page, "[data-put-tote]", "H-")
    assert page.inner_text("[data-outbox-count]") == str(len(tour.tasks))
    page.fill("[name=read]", "NOT-HERE")
    page.press("[name=read]", "Enter")
    text_of(page, "#toasts", "Nothing here wants NOT-HERE.")
    page.context.set_offline(False)
    sent(page)
    page.goto("/sort?site=HAM")
    text_of(page, ".empty .strong", "Nothing to sort")
    first.refresh_from_db()
    assert first.tote.code == f"H-{first.order_id}"
    scans = list(Scan.objects.filter(step="sort").order_by("pk").values_list("read", "right"))
    assert [s for s in scans if not s[1]] == [("NOT-HERE", False)] * 2 and len(scans) == len(tour.tasks) + 2
