"""The floor and the road through the API: common-sense payloads, one road from release to proof."""

import json

import pytest
from django.test import Client

from hanse.edge import keys

from .road import carriers, on_its_way


@pytest.fixture
def ask(given):
    token, client, count = keys.make("floor", ["all"]), Client(), iter(range(1000))

    def call(path, body=None):
        head = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
        if body is None:
            return client.get(f"/api/v1{path}", **head)
        answer = client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json", HTTP_IDEMPOTENCY_KEY=f"k{next(count)}", **head)
        assert answer.status_code == 200, answer.content
        return answer.json()

    return call


def test_an_order_goes_its_way_through_the_api(given, ask):
    carriers()
    given.customer(), given.stocked(given.item(), given.site(), 5)
    order = given.order(("BRG-6204", 5))
    [released] = ask("/releases/batch", [{"order": order}])
    assert released["told"] == "OrderReleased"
    [task] = ask("/tasks?site=HAM").json()["items"]
    assert (task["task"], task["wanted"], task["bin"]) == (released["tasks"][0]["task"], 5, "A-01")
    [wrong, right] = ask("/scans/batch", [{"task": task["task"], "read": "X"}, {"task": task["task"], "read": "BRG-6204"}])
    assert (wrong["right"], right["right"]) == (False, True)
    [picked] = ask("/picks/batch", [{"task": task["task"], "taken": 5}])
    assert (picked["told"], picked["taken"]) == ("UnitsPicked", 5)
    [packed] = ask("/packs/batch", [{"order": order, "site": "HAM", "weight_g": 500}])
    sscc = packed["carton"]
    assert ask(f"/cartons/{sscc}").json()["contents"][0]["quantity"] == 5
    assert [c["carton"] for c in ask("/cartons?site=HAM").json()["items"]] == [sscc]
    for path in (f"/cartons/{sscc}/label.pdf", f"/cartons/{sscc}/packing-slip.pdf", f"/orders/{order}/packing-slip.pdf"):
        assert ask(path).content.startswith(b"%PDF")
    [shipped] = ask("/handovers/batch", [{"carton": sscc, "carrier": "UPS", "tracking": "1Z-9"}])
    assert (shipped["told"], shipped["parcel"]) == ("ParcelHandedOver", "1Z-9")
    [told] = ask("/tracking-events/batch", [{"carrier": "UPS", "tracking": "1Z-9", "code": "OT", "at": "2026-11-17T08:00:00+01:00"}])
    assert told["state"] == "out-for-delivery"
    [proof] = ask("/deliveries/batch", [{"parcel": "1Z-9", "at": "2026-11-17T09:00:00Z", "receiver": "M. Reuter", "latitude": "54.09", "longitude": 12.1, "received": 5}])
    assert proof["told"] == "ProofRecorded"
    parcel = ask("/parcels/1Z-9").json()
    assert (parcel["state"], parcel["events"][0]["code"], parcel["proofs"][0]["receiver"]) == ("delivered", "OT", "M. Reuter")
    assert ask("/shipments").json()["items"][0]["parcels"][0]["state"] == "delivered"
    assert ask("/parcels").json()["items"] == []


def test_refusals_stand_beside_answers(given, ask):
    on_its_way(given)
    [no] = ask("/handovers/batch", [{"carton": "0", "carrier": "UPS"}])
    assert (no["refused"], no["status"]) == ("carton-unknown", 404)
    [kept, again] = ask("/tracking-events/batch", [{"carrier": "UPS", "tracking": "1Z-7", "code": "OT", "at": "2026-11-17T08:00:00Z"}] * 2)
    assert (kept["told"], again["told"]) == ("TrackingRecorded", "TrackingKnown")
    [carrier] = ask("/carriers/batch", [{"code": "DHX", "name": "DHX Freight", "codes": [{"code": "1", "state": "delivered"}]}])
    assert carrier["carrier"] == "DHX"


@pytest.mark.parametrize("path", [
    "/parcels/NONE", "/cartons/NONE", "/cartons/NONE/label.pdf", "/cartons/NONE/packing-slip.pdf", "/orders/H-1/packing-slip.pdf", "/orders/x/packing-slip.pdf",
])
def test_what_is_not_there_is_404(ask, path):
    assert ask(path).status_code == 404


@pytest.mark.parametrize("path", ["/tasks?cursor=xx", "/shipments?cursor=WzksOV0", "/shipments?cursor=WzkyMjMzNzIwMzY4NTQ3NzU4MDcsMV0", "/cartons?cursor=MQ"])
def test_a_cursor_of_another_list_is_refused(ask, path):
    assert ask(path).status_code in (200, 422)


def test_lists_go_on_where_they_stopped(given, ask):
    given.customer(), given.stocked(given.item(), given.site(), 9)
    for _ in range(3):
        ask("/releases/batch", [{"order": given.order(("BRG-6204", 1))}])
    first = ask("/tasks?site=HAM&limit=2").json()
    rest = ask(f"/tasks?site=HAM&limit=2&cursor={first['next']}").json()
    assert len({t["task"] for t in first["items"] + rest["items"]}) == 3 and rest["next"] is None
