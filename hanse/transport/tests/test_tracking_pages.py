"""Pages of what never came and of lanes: what is offered, what is done, what is refused."""

from datetime import date, timedelta

import pytest

from hanse.kernel import clock
from hanse.network.models import LearnedTransit
from hanse.orders.models import Line
from hanse.transport.models import Parcel, Shipment, TransitWeek
from tests.given import MONDAY

from .road import on_its_way


@pytest.fixture
def desk(given, client):
    on_its_way(given)
    client.force_login(given.user("ann"))
    return client


def at(step=""):
    return f"/shipments/{Shipment.objects.get().pk}{step}"


def test_a_parcel_is_given_up_taken_back_and_its_units_are_sent_again_on_the_page(desk):
    assert "Report it lost" in desk.get(at()).content.decode()
    refused = desk.post(at("/lost"), {"key": "1", "parcel": "1Z-7", "reason": "no trace"})
    assert refused.status_code == 409 and "have it looked for first" in refused.content.decode()
    Shipment.objects.update(promised_on=date(2020, 1, 1))
    assert desk.post(at("/lost"), {"key": "2", "parcel": "1Z-7", "reason": ""}).status_code == 422
    lost = desk.post(at("/lost"), {"key": "3", "parcel": "1Z-7", "reason": "no trace"}, follow=True).content.decode()
    assert "5 units are lost since" in lost and "Send again, or not?" in lost
    back = desk.post(at("/back"), {"key": "4", "parcel": "1Z-7", "bin": ""}, follow=True).content.decode()
    assert "came back" in back and Parcel.objects.get().back_at
    done = desk.post(at("/remedy"), {"key": "5", "parcel": "1Z-7", "remedy": "sent-again"}, follow=True).content.decode()
    assert "They are sent again." in done and Line.objects.count() == 2
    assert "came back" in desk.get(f"/orders/H-{Shipment.objects.get().order_id}").content.decode()


def test_a_refusal_is_noted_with_its_reason(desk):
    assert desk.post(at("/refused"), {"key": "1", "parcel": "1Z-7", "reason": ""}).status_code == 422
    page = desk.post(at("/refused"), {"key": "2", "parcel": "1Z-7", "reason": "late", "note": "project over"}, follow=True).content.decode()
    assert "The receiver refused it: too late" in page


def weeks(site):
    monday = MONDAY.date()
    for n in range(1, 20):
        for days, parcels in ((1, 20), (2, 10), (3, 6), (5, 1)):
            TransitWeek.objects.create(site_id=site, country="DE", region="", carrier="UPS", service="", week_on=monday - timedelta(weeks=n), days=days, parcels=parcels)


def test_a_lane_shows_what_it_takes_and_is_approved_for_promises(desk):
    site = Shipment.objects.get().site_id
    with clock.standing_at(MONDAY):
        assert "No lane was counted yet" in desk.get("/lanes").content.decode()
        weeks(site)
        listed = desk.get("/lanes").content.decode()
        assert "HAM → DE" in listed and "1 differs" in listed
        page = desk.get("/lanes/HAM/DE").content.decode()
        assert "481 parcels" in page and "97 %" in page
        form = {"key": "1", "percent": "85", "from_on": "2026-11-17", "counted": "1,2,3,3,3,3,5"}
        assert "Look at the figures again" in desk.post("/lanes/HAM/DE/approve", form | {"counted": "1,1,1,1,1,1,1"}).content.decode()
        assert desk.post("/lanes/HAM/DE/approve", form | {"from_on": "2026-11-01"}).status_code == 409
        told = desk.post("/lanes/HAM/DE/approve", form, follow=True).content.decode()
        assert "promised in 3 days from 2026-11-17 on" in told
        assert desk.get("/lanes/HAM/AT").status_code == 404
    version = LearnedTransit.objects.get()
    assert (version.days, version.percent, version.p99, version.parcels, version.measured_to) == (3, 85, 5, 481, MONDAY.date() - timedelta(days=1))
    with clock.standing_at(MONDAY + timedelta(days=1)):
        assert "In force" in desk.get("/lanes/HAM/DE").content.decode()


def test_without_the_role_nothing_is_offered(given, client):
    on_its_way(given)
    weeks(Shipment.objects.get().site_id)
    client.force_login(given.user("rita", "read-only"))
    page = client.get(at()).content.decode()
    assert "Report it lost" not in page and "Take it back" not in page
    with clock.standing_at(MONDAY):
        assert "Your role may not approve" in client.get("/lanes/HAM/DE").content.decode()
