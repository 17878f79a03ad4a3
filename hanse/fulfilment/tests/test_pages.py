"""The floor's pages: what they show, what they book, and for whom."""

import json

import pytest
from django.test import Client

from hanse.fulfilment.models import Carton, Scan, Task
from hanse.fulfilment.page_reads import Stop
from hanse.fulfilment.tests.floor import counters, packed, picked, released
from hanse.orders.hold import Hold, hold


def window(given, name="tomasz", role="warehouse"):
    client = Client()
    client.force_login(given.user(name, role))
    return client


@pytest.fixture
def order(given):
    """An order of 5 bearings, reserved at HAM."""
    given.stocked(given.item("BRG-6204-2RS", weight_g=110), given.site(), 50)
    given.item("BRG-6204-ZZ")
    given.customer()
    return given.order(("BRG-6204-2RS", 5))


@pytest.mark.parametrize("sku, like, parts", [
    ("BRG-6204-2RS", ["BRG-6204-ZZ"], ("BRG-6204-", "2RS")),
    ("BRG-6204-2RS", ["BRG-6206-2RS"], ("BRG-", "6204-2RS")),
    ("GMT-90", ["HYD-1000"], ("GMT-90", "")),
    ("85123A", ["85123B"], ("85123A", "")),
])
def test_what_tells_an_item_from_its_neighbour_is_marked(sku, like, parts):
    stop = Stop(1, "HAM", "Hamburg", "A-01", sku, "", sku, "none", "", 1, "T-1", False, like, ())
    assert stop.parts == parts


def test_what_can_be_released_is_listed_by_promise_and_released_once(given, order):
    urgent = given.order(("BRG-6204-2RS", 1), priority=10)
    client = window(given)
    page = client.get("/release").content.decode()
    assert page.index(urgent) < page.index(order)
    for _ in range(2):
        page = client.post("/release/chosen", {"chosen": [f"{order}@HAM", f"{urgent}@HAM"], "key": "k1"}).content.decode()
    assert "2 of 2 released, 6 units" in page and Task.objects.count() == 2
    assert 'hx-get="/release?' in page, "it goes on being live"


def test_what_is_held_says_so_and_is_left(given, order):
    hold([Hold(order, "credit", "limit")], by="ann")
    client = window(given)
    assert "Credit hold" in client.get("/release").content.decode()
    page = client.post("/release/chosen", {"chosen": [f"{order}@HAM"], "key": "k1"}).content.decode()
    assert f"{order} at HAM was left." in page and "credit" in page and not Task.objects.exists()


def test_tasks_stand_in_walk_order_and_the_hand_held_takes_the_walk_along(given, order):
    [task] = released(order)
    client = window(given)
    assert f"/pick/{task.task}" in client.get("/pick").content.decode()
    page = client.get(f"/pick/{task.task}").content.decode()
    walk = json.loads(page.split('<script id="walk" type="application/json">')[1].split("</script>")[0])
    assert [(s["bin"], s["same"], s["other"], s["wanted"], s["tote"]) for s in walk] == [("A-01", "BRG-6204-", "2RS", 5, order)]


def test_a_wrong_scan_is_kept_and_answered_with_where_it_belongs(given, order):
    [task] = released(order)
    given.stocked(given_item("BRG-6204-ZZ"), given_site(), 3, "B-02")
    answer = window(given).post(f"/pick/{task.task}/scan", {"read": "BRG-6204-ZZ", "what": "item", "key": "k1"}).json()
    assert answer == {"right": False, "wanted": "BRG-6204-2RS", "read": "BRG-6204-ZZ", "found": {"sku": "BRG-6204-ZZ", "name": "BRG-6204-ZZ", "bins": ["B-02"]}}
    assert [s.right for s in Scan.objects.all()] == [False] and Task.objects.get().taken is None


def given_item(sku):
    from hanse.catalogue.models import Item

    return Item.objects.get(sku=sku)


def given_site():
    from hanse.network.models import Site

    return Site.objects.get(code="HAM")


def test_a_task_is_booked_once_however_often_the_outbox_sends_it(given, order):
    [task] = released(order)
    client = window(given)
    said = [client.post(f"/pick/{task.task}/book", {"taken": "5", "reason": "", "scanned_bin": "A-01", "key": "k1", "scanned_at": "2026-11-16T08:00:00Z"}).json() for _ in range(2)]
    assert said[0] == said[1] and counters(order)["picked"] == 5
    assert Task.objects.get().closed_at.isoformat() == "2026-11-16T08:00:00+00:00"
    again = client.post(f"/pick/{task.task}/book", {"taken": "5", "key": "k2"})
    assert again.status_code == 409 and again.json()["refused"] == "Task is closed"
    assert client.get(f"/pick/{task.task}").status_code == 410


def test_less_than_asked_needs_its_reason(given, order):
    [task] = released(order)
    assert window(given).post(f"/pick/{task.task}/book", {"taken": "2", "key": "k1"}).json()["why"] == "Say why."


def test_a_carton_is_closed_with_what_was_scanned_and_the_rest_waits(given, order):
    picked(order)
    client = window(given)
    assert order in client.get("/pack?site=HAM").content.decode()
    assert "5 units to scan" in client.get(f"/pack/{order}/HAM").content.decode()
    answer = client.post(f"/pack/{order}/HAM", {"content": "1|3||", "weight_g": "330", "tare_g": "0", "key": "k1"})
    carton = Carton.objects.get()
    assert answer["Location"] == f"/cartons/{carton.sscc}" and carton.weight_g == 330 and counters(order)["packed"] == 3
    assert f"Second carton of {order}" in client.get(answer["Location"]).content.decode()


def test_the_scale_is_believed(given, order):
    picked(order)
    answer = window(given).post(f"/pack/{order}/HAM", {"content": "1|5||", "weight_g": "2000", "key": "k1"})
    assert answer.status_code == 409 and "Weight does not agree" in answer.content.decode() and not Carton.objects.exists()
    assert window(given).post(f"/pack/{order}/HAM", {"content": "x", "key": "k1"}).status_code == 422


def test_label_and_slip_are_printed_from_the_carton(given, order):
    sscc = packed(order).carton
    client = window(given)
    assert all(client.get(f"/cartons/{sscc}/{paper}").content.startswith(b"%PDF") for paper in ("label.pdf", "packing-slip.pdf"))
    assert client.get("/cartons/000000000000000000").status_code == 404


@pytest.mark.parametrize("role", ["order desk", "read-only"])
def test_who_may_only_look_books_nothing(given, order, role):
    [task] = released(order)
    client = window(given, "ina", role)
    assert "Start picking" not in client.get("/pick").content.decode() and "may not pick" in client.get(f"/pick/{task.task}").content.decode()
    answer = client.post(f"/pick/{task.task}/book", {"taken": "5", "key": "k1"})
    assert answer.status_code == 409 and answer.json()["refused"] == "Not granted" and "picked" not in counters(order)


@pytest.mark.parametrize("address", ["/release", "/pick", "/pick/1", "/pack", "/pack/H-1/HAM", "/cartons/1"])
def test_pages_ask_for_a_sign_in(given, address):
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize("address, part", [("/release", "releasable"), ("/pick", "tasks"), ("/pack", "packing")])
def test_a_list_draws_only_itself_again_when_something_changed(given, order, address, part):
    page = window(given).get(address, headers={"HX-Request": "true"}).content.decode()
    assert f'id="{part}"' in page and 'data-live="' in page and "<html" not in page
