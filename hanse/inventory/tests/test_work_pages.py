"""The stock work's pages: what waits, each task by scan, and what the work goes by."""

import pytest
from django.test import Client

from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.tests.floor import released
from hanse.inventory.keep_faces import KeepFace, keep_faces
from hanse.inventory.models import CountPlan, CountTask, Face, MoveTask
from hanse.inventory.receive import Receive, receive
from hanse.kernel import clock
from hanse.network.models import Bin


def window(given, name="tomasz", role="warehouse"):
    client = Client()
    client.force_login(given.user(name, role))
    return client


@pytest.fixture
def hall(given):
    """A face for 2 to 10 with 1 in it, 30 in reserve, 7 at the dock."""
    item, site = given.item(), given.site()
    given.customer()
    for code, role in (("R-01", "reserve"), ("DOCK", "dock")):
        Bin.objects.create(site=site, code=code, role=role, walk=9)
    given.stocked(item, site, 1), given.stocked(item, site, 30, bin="R-01")
    receive([Receive("HAM", item.sku, 7)], by="ann")
    keep_faces([KeepFace("HAM", "A-01", item.sku, 2, 10)], by="ann")
    return given


def test_a_site_without_work_says_where_work_comes_from(given):
    assert "No site yet" in window(given).get("/stock-work").content.decode()
    given.site()
    page = window(given).get("/stock-work").content.decode()
    assert "No pick face is low" in page and "The dock is empty" in page and "Nothing to count" in page


def test_faces_are_filled_by_button_and_by_scan(hall):
    client = window(hall)
    page = client.post("/stock-work/raise/replenish", {"site": "HAM", "key": "k1"}, follow=True).content.decode()
    assert "9 units to carry to A-01 at HAM." in page
    task = MoveTask.objects.get()
    shown = client.get(f"/stock-work/carry/{task.pk}").content.decode()
    assert "R-01" in shown and "A-01" in shown and 'value="9"' in shown
    wrong = client.post(f"/stock-work/carry/{task.pk}", {"key": "k2", "carried": 9, "scanned_from": "R-02"})
    assert wrong.status_code == 409 and "R-02 was scanned, R-01 is wanted" in wrong.content.decode()
    less = client.post(f"/stock-work/carry/{task.pk}", {"key": "k3", "carried": 4})
    assert less.status_code == 409 and "Fewer than asked. Why?" in less.content.decode()
    done = client.post(f"/stock-work/carry/{task.pk}", {"key": "k4", "carried": 4, "reason": "Not there", "not_there": "on"}, follow=True).content.decode()
    assert "4 BRG-6204 carried at HAM from R-01 to A-01, 5 not (Not there)." in done and "1 in doubt" in done
    assert client.get(f"/stock-work/carry/{task.pk}").status_code == 404
    assert "This was done meanwhile" in client.post(f"/stock-work/carry/{task.pk}", {"key": "k5", "carried": 4}, follow=True).content.decode()


def test_what_lies_at_the_dock_is_put_where_it_is_suggested_or_elsewhere_with_a_reason(hall):
    client = window(hall)
    at = {"site": "HAM", "from_bin": "DOCK", "sku": "BRG-6204", "lot": ""}
    shown = client.get("/stock-work/put-away", at).content.decode()
    assert "A-01" in shown and "Pick face of the item with room for 9" in shown
    other = client.post("/stock-work/put-away", at | {"key": "k1", "quantity": 7, "to_bin": "R-01"})
    assert other.status_code == 409 and "Another bin than suggested. Why?" in other.content.decode()
    done = client.post("/stock-work/put-away", at | {"key": "k2", "quantity": 7, "to_bin": "R-01", "reason": "Bin is full"}, follow=True).content.decode()
    assert "7 BRG-6204 put away at HAM into R-01 instead of A-01: Bin is full." in done
    assert client.get("/stock-work/put-away", at).status_code == 404


def test_a_count_is_blind_and_its_recount_is_for_somebody_else(hall):
    [task] = released(hall.order(("BRG-6204", 1)))
    pick([Pick(task.task, 0, "bin empty")], by="ann")
    client, of = window(hall), CountTask.objects.get()
    shown = client.get(f"/stock-work/count/{of.pk}").content.decode()
    assert "How many lie there?" in shown and "bin in doubt" in shown and "expected" not in shown
    assert client.post(f"/stock-work/count/{of.pk}", {"key": "k1", "counted": ""}).status_code == 422
    done = client.post(f"/stock-work/count/{of.pk}", {"key": "k2", "counted": 0}, follow=True).content.decode()
    assert "0 BRG-6204 counted in A-01 at HAM" in done
    assert "done meanwhile" in client.post(f"/stock-work/count/{of.pk}", {"key": "k3", "counted": 0}, follow=True).content.decode()


def test_a_count_by_hand_of_a_bin_that_is_to_be_counted_tells_no_more(hall):
    CountTask.objects.create(site=Face.objects.get().site, bin=Face.objects.get().bin, item=Face.objects.get().item, cause="plan", raised_at=clock.now(), raised_on=clock.now().date())
    client, given = window(hall), {"site": "HAM", "bin": "A-01", "counted": 3, "key": "k"}
    page = client.post("/stock-book/count/BRG-6204", given).content.decode()
    assert "as somebody else counts again" in page and "Hand in this count" in page
    assert "somebody else counts again" in client.post("/stock-book/count/BRG-6204", given | {"book": "1"}, follow=True).content.decode()


def test_who_found_a_bin_short_is_not_led_to_it(hall):
    hall.user("tomasz", "warehouse")
    [task] = released(hall.order(("BRG-6204", 1)))
    pick([Pick(task.task, 0, "bin empty")], by="tomasz")
    of = CountTask.objects.get()
    assert f"/stock-work/count/{of.pk}" not in window(hall).get("/stock-work").content.decode()
    assert f"/stock-work/count/{of.pk}" in window(hall, "ewa").get("/stock-work").content.decode()
    no = window(hall).post(f"/stock-work/count/{of.pk}", {"key": "k", "counted": 0})
    assert no.status_code == 409 and "somebody else counts it now" in no.content.decode()


def test_pick_faces_and_plans_are_kept_on_a_page(hall):
    client = window(hall)
    assert "No count plan" in client.get("/stock-work/rules?site=HAM").content.decode()
    bad = client.post("/stock-work/rules", {"key": "k1", "site": "HAM", "bin": "R-01", "sku": "BRG-6204", "least": 5, "most": 5})
    assert bad.status_code == 409 and "most must be between" in bad.content.decode()
    client.post("/stock-work/rules", {"key": "k2", "site": "HAM", "bin": "R-01", "sku": "BRG-6204", "least": 1, "most": 5})
    assert Face.objects.count() == 2
    client.post("/stock-work/rules", {"key": "k3", "site": "HAM", "bin": "R-01", "sku": "BRG-6204", "gone": "on"})
    assert Face.objects.count() == 1
    page = client.post("/stock-work/rules", {"key": "k4", "site": "HAM", "starts_on": "2036-01-01", "a_days": 20, "b_days": 60, "c_days": 200}, follow=True).content.decode()
    assert "HAM counts A every 20, B every 60, C every 200 days from 2036-01-01." in page and CountPlan.objects.count() == 1
    assert "no-count-plan" not in page and "has no count plan" in client.post("/stock-work/raise/count", {"site": "HAM", "key": "k5"}, follow=True).content.decode()


def test_who_may_only_look_sees_no_buttons(hall):
    client = window(hall, "rita", "read-only")
    page = client.get("/stock-work").content.decode()
    assert "Look at all pick faces" not in page and "Start" not in page
    assert "Keep this face" not in client.get("/stock-work/rules").content.decode()


def test_the_api_gives_the_same_work(hall, caller):
    floor = caller("warehouse")
    [told] = floor.post("/stock/replenishments/batch", [{"site": "HAM"}]).json()
    assert told["tasks"][0]["quantity"] == 9
    [task] = floor.get("/stock/move-tasks?site=HAM").json()["items"]
    assert (task["from_bin"], task["to_bin"], task["quantity"]) == ("R-01", "A-01", 9)
    [at_dock] = floor.get("/stock/put-aways?site=HAM").json()["items"]
    assert (at_dock["quantity"], at_dock["suggested"], at_dock["why"]) == (7, "R-01", "holds 30 of the same item and lot")
    assert floor.post("/stock/carries/batch", [{"task": task["task"], "carried": 9}]).json()[0]["told"] == "FaceReplenished"
    assert floor.post("/stock/put-aways/batch", [{"site": "HAM", "sku": "BRG-6204", "quantity": 7, "to_bin": "R-01"}]).json()[0]["told"] == "StockPutAway"
    [face] = floor.get("/stock/faces?site=HAM").json()["items"]
    assert (face["on_hand"], face["least"], face["most"], face["coming"]) == (10, 2, 10, 0)
    assert floor.post("/stock/count-plans/batch", [{"site": "HAM", "starts_on": "2036-01-01"}]).json()[0]["told"] == "CountPlanKept"
    assert floor.post("/stock/planned-counts/batch", [{"site": "HAM"}]).json()[0]["refused"] == "no-count-plan"
    assert floor.post("/stock/count-tasks/batch", [{"site": "HAM", "sku": "BRG-6204", "bin": "DOCK"}]).json()[0]["told"] == "CountRaised"
    [waits] = floor.get("/stock/count-tasks?site=HAM").json()["items"]
    assert waits["bin"] == "DOCK" and "expected" not in waits
    assert floor.post("/stock/counts/batch", [{"site": "HAM", "sku": "BRG-6204", "counted": 0}]).json()[0]["told"] == "BinCounted"
    assert floor.get("/stock/accuracy?site=HAM").json()["items"][0]["right"] == 1 and len(floor.get("/stock/count-plans?site=HAM").json()["items"]) == 1
