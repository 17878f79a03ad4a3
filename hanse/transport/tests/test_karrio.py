"""karrio: a real connector against a server on this machine that speaks UPS's own messages."""

import importlib.util
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from hanse.fulfilment.tests.floor import packed
from hanse.transport import polling
from hanse.transport.connect_carriers import ConnectCarrier, SecretField, connect_carriers
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.models import Parcel
from hanse.transport.ports.port import Booked, Cancelled, Collection, Day, Manifested, No, Package, Place, Sending, Unanswered, Voided
from hanse.transport.ports.with_karrio import KarrioPort, NotInstalled

from .road import carriers
from .ups_server import ups

here = importlib.util.find_spec("karrio") and importlib.util.find_spec("karrio.mappers.ups")
needs_karrio = pytest.mark.skipif(not here, reason="the extra 'carriers' is not installed")
HAM = Place("Nordlicht", "Am Sandtorkai 1", "20457", "Hamburg", "DE")
REUTER = Place("Reuter", "Kabutzenhof 21", "18057", "Rostock", "DE", receiver="Receiving dock")
SENDING = Sending("340123450000000014-7", "ups_standard_eu", "HAM", HAM, REUTER, Package("340123450000000014", 900, 400, 300, 200), "H-100001", date(2026, 11, 16))


@pytest.fixture
def carrier():
    with ups() as server:
        yield server


@pytest.fixture
def port(carrier):
    return KarrioPort("ups", {"client_id": "id", "client_secret": carrier.url, "account_number": "W0W123", "account_country_code": "DE"}, carrier.url)


@needs_karrio
def test_a_label_is_bought_at_the_price_that_was_quoted_and_its_key_goes_along(port, carrier):
    assert [(o.service, o.amount, o.currency, o.days) for o in port.rate(SENDING)] == [("ups_standard_eu", Decimal("6.37"), "EUR", 2), ("ups_worldwide_saver_eu", Decimal("19.8"), "EUR", 1)]
    bought = port.buy(SENDING)
    assert (bought.tracking, bought.amount, bought.currency, bought.format, bought.reference) == ("1ZXXXXXXXXXXXXXX01", Decimal("6.37"), "EUR", "PDF", "1ZXXXXXXXXXXXXXX01")
    assert bought.document.startswith(b"%PDF")
    sent = next(body for _, path, body in carrier.asked if path.endswith("/ship"))["ShipmentRequest"]["Shipment"]
    assert sent["ShipTo"]["Address"]["PostalCode"] == "18057" and sent["Package"][0]["PackageWeight"] == {"UnitOfMeasurement": {"Code": "KGS", "Description": "Weight"}, "Weight": "0.9"}
    assert SENDING.key in str(sent) and "ResidentialAddressIndicator" not in sent["ShipTo"]["Address"]
    port.buy(replace(SENDING, receiver=replace(REUTER, home=True)))
    assert "ResidentialAddressIndicator" in carrier.asked[-1][2]["ShipmentRequest"]["Shipment"]["ShipTo"]["Address"]


@needs_karrio
def test_a_no_comes_in_the_carriers_words(port, carrier):
    assert port.buy(Sending(**{f: getattr(SENDING, f) for f in SENDING.__slots__} | {"service": "ups_express_eu"})) == No("ups_express_eu does not go there. The carrier offers ups_standard_eu, ups_worldwide_saver_eu")
    carrier.trouble = ("111210", "The requested service is unavailable between the selected locations.")
    assert port.buy(SENDING) == No("The requested service is unavailable between the selected locations. (111210)")
    assert carrier.sold == 0


@needs_karrio
def test_an_answer_that_cannot_be_read_is_none(port, carrier):
    carrier.garbled = True
    with pytest.raises(Unanswered):
        port.buy(SENDING)


@needs_karrio
def test_nobody_there_is_no_answer():
    with ups() as gone:
        port = KarrioPort("ups", {"client_id": "id", "client_secret": gone.url, "account_number": "W0W123"}, gone.url)
    with pytest.raises(Unanswered):
        port.buy(SENDING)


@needs_karrio
def test_labels_are_given_back_pickups_booked_and_parcels_tracked(port, carrier):
    assert port.void(SENDING.key, "1ZXXXXXXXXXXXXXX01") == Voided() and carrier.voided == ["1ZXXXXXXXXXXXXXX01"]
    assert port.manifest(Day("M-1", HAM, ("1ZXXXXXXXXXXXXXX01",), date(2026, 11, 16))) == Manifested()
    assert port.book_pickup(Collection("P-1", HAM, date(2026, 11, 17), time(15), time(18), 3, 2700)) == Booked("2929602E9CP")
    assert port.cancel_pickup("2929602E9CP", date(2026, 11, 17)) == Cancelled()
    seen = port.track(["1ZXXXXXXXXXXXXXX01"])
    assert [(s.code, s.text, s.at.isoformat()) for s in seen] == [("FS", "DELIVERED", "2026-11-17T14:15:00"), ("OR", "Origin Scan", "2026-11-16T19:02:00")]


@needs_karrio
def test_parcels_on_their_way_are_asked_for_and_each_event_is_recorded_once(given, carrier, port, monkeypatch):
    carriers()
    given.customer(), given.stocked(given.item(), given.site(lanes={"DE": 2}), 1)
    hand_over([HandOver(packed(given.order(("BRG-6204", 1))).carton, "UPS", tracking="1ZXXXXXXXXXXXXXX01")], by="ann")
    connect_carriers([ConnectCarrier("UPS", "karrio", "ups", secrets=(SecretField("client_secret", "HANSE_CARRIER_UPS_SECRET"),))], by="ann")
    assert polling.ask_where() == 0, "without its secret in the environment it is not asked"
    monkeypatch.setattr(polling, "port_of", lambda of: port)
    assert (polling.ask_where(), polling.ask_where()) == (2, 0)
    parcel = Parcel.objects.get()
    assert (parcel.state, parcel.moved_at) == ("delivered", datetime(2026, 11, 17, 13, 15, tzinfo=UTC)), "14:15 on the clock of the door"
    carrier.garbled = True
    Parcel.objects.update(delivered_at=None, state="in-transit")
    assert polling.ask_where() == 0, "no answer: it is asked the next time"


def test_without_the_extra_it_says_how_to_get_it():
    with pytest.raises(NotInstalled, match=r"pip install 'hanse\[carriers\]'"):
        KarrioPort("no_such_carrier", {})
