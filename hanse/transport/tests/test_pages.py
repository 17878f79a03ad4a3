"""The pages of transport: handing over, shipments, and what is recorded by hand."""

import pytest
from django.test import Client

from hanse.fulfilment.tests.floor import counters, packed
from hanse.orders.hold import Hold, hold
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.keep_carriers import CodeEntry, KeepCarrier, keep_carriers
from hanse.transport.models import Parcel, Proof


def window(given, name="tara", role="transport"):
    client = Client()
    client.force_login(given.user(name, role))
    return client


@pytest.fixture
def carton(given):
    """A packed carton of 5 bearings at HAM; carrier ELBE knows the code DL."""
    given.stocked(given.item("BRG-6204", weight_g=110), given.site(), 50)
    given.customer(name="Hotel Ostseeblick")
    keep_carriers([KeepCarrier("ELBE", "Elbe Express", codes=(CodeEntry("DL", "delivered"), CodeEntry("IT", "in-transit")))], by="ann")
    return packed(given.order(("BRG-6204", 5)))


@pytest.fixture
def left(given, carton):
    """The carton's parcel, handed over."""
    [told] = hand_over([HandOver(carton.carton, "ELBE")], by="ann")
    return told


def test_chosen_cartons_are_handed_over_once(given, carton):
    client = window(given, "tomasz", "warehouse")
    assert carton.carton in client.get("/hand-over").content.decode()
    for _ in range(2):
        page = client.post("/hand-over", {"chosen": [carton.carton], "carrier": "ELBE", "site": "HAM", "key": "k1"}).content.decode()
        assert "1 of 1 carton handed over, 5 units" in page
    assert Parcel.objects.count() == 1 and counters(carton.order)["shipped"] == 5


def test_what_stays_says_why(given, carton):
    client = window(given, "tomasz", "warehouse")
    assert "Say which carrier takes them." in client.post("/hand-over", {"chosen": [carton.carton], "key": "k1"}).content.decode()
    hold([Hold(carton.order, "credit", "limit")], by="ann")
    assert "Credit hold" in client.get("/hand-over").content.decode()
    page = client.post("/hand-over", {"chosen": [carton.carton], "carrier": "ELBE", "key": "k2"}).content.decode()
    assert "stays here." in page and not Parcel.objects.exists()


@pytest.mark.parametrize("query, shown", [
    ("", True), ("?view=delivered", False), ("?view=all", True), ("?carrier=UPS", False), ("?q=nothing", False), ("?view=late", False),
])
def test_shipments_are_found_by_view_carrier_and_number(given, left, query, shown):
    assert ("Hotel Ostseeblick" in window(given).get(f"/shipments{query}").content.decode()) is shown


def test_a_shipment_is_found_by_order_and_by_tracking_number(given, left):
    for q in (left.order, left.parcel):
        assert f"/shipments/{left.shipment}" in window(given).get("/shipments", {"q": q}).content.decode()


def test_what_a_carrier_told_is_recorded_by_hand_on_the_clock_of_the_receiver(given, left):
    client = window(given)
    form = {"tracking": left.parcel, "code": "DL", "at": "2026-11-17T10:30", "place": "at the door", "text": "", "expected_on": "", "key": "k1"}
    assert client.post(f"/shipments/{left.shipment}/tracking", form).status_code == 302
    page = client.get(f"/shipments/{left.shipment}").content.decode()
    assert "10:30" in page and "at the door" in page and Parcel.objects.get().state == "delivered"
    assert client.post(f"/shipments/{left.shipment}/tracking", form | {"at": "soon", "key": "k2"}).status_code == 422


def test_a_proof_of_delivery_is_recorded_by_hand(given, left):
    client = window(given)
    form = {"parcel": left.parcel, "at": "2026-11-16T09:45", "receiver": "M. Lindner", "place": "reception", "received": "5", "condition": "sound", "key": "k1"}
    answer = client.post(f"/shipments/{left.shipment}/proof", form)
    assert answer.status_code == 302, answer.content.decode()
    page = client.get(f"/shipments/{left.shipment}").content.decode()
    assert "by M. Lindner" in page and "5 of 5, sound" in page and Proof.objects.get().delivered_at.isoformat() == "2026-11-16T08:45:00+00:00"
    too_many = client.post(f"/shipments/{left.shipment}/proof", form | {"received": "6", "key": "k2"})
    assert too_many.status_code == 409 and "5 were sent, 6 received." in too_many.content.decode()


def test_who_may_only_look_records_nothing(given, left):
    client = window(given, "rob", "read-only")
    assert "Record a proof" not in client.get(f"/shipments/{left.shipment}").content.decode()
    client.post(f"/shipments/{left.shipment}/proof", {"parcel": left.parcel, "at": "2026-11-16T09:45", "key": "k1"})
    assert not Proof.objects.exists()


@pytest.mark.parametrize("address", ["/hand-over", "/shipments", "/shipments/1"])
def test_pages_ask_for_a_sign_in(given, address):
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize("address, part", [("/shipments", "shipments"), ("/shipments/{left.shipment}", "shipment")])
def test_a_page_draws_only_what_changed_again(given, left, address, part):
    page = window(given).get(address.format(left=left), headers={"HX-Request": "true"}).content.decode()
    assert f'id="{part}"' in page and "<html" not in page
