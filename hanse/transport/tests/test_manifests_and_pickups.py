"""Manifests and pickups: the day is closed once with all its labels, and a pickup is what the carrier said yes to."""

from datetime import date, datetime, time, timedelta

import pypdfium2
import pytest

from hanse.fulfilment.tests.floor import packed
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.transport import book_pickups as booking
from hanse.transport import close_manifests as closing
from hanse.transport import label_reads, manifest_paper
from hanse.transport.book_pickups import BookPickup, Known, book_pickups
from hanse.transport.calling import call_carriers
from hanse.transport.cancel_pickups import CancelPickup, cancel_pickups
from hanse.transport.change_pickups import ChangePickup, change_pickups
from hanse.transport.close_manifests import CloseManifest, Open, close_manifests
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.models import Label, Manifest, Pickup
from hanse.transport.record_manifest import RecordManifest, record_manifest
from hanse.transport.record_pickup import RecordPickup, record_pickup
from tests.given import MONDAY

from .desk import a_carton, bought, simulated, wanted

TUESDAY = date(2026, 11, 17)
WINDOW = {"ready_by": time(15), "closes_at": time(18), "parcels": 12}


def said(answer):
    return answer.detail if isinstance(answer, Refused) else getattr(answer, "told", answer).said()


@pytest.mark.parametrize("asks, told", [
    ([CloseManifest("HAM", "ups")] * 2, ["Manifest M-1 of HAM asked of UPS: 3 labels", "UPS was asked to close manifest M-1 of HAM and has not answered yet."]),
    ([CloseManifest("HAM", "FEDEX")], ["FEDEX was asked to close manifest M-9 of HAM and has not answered yet."]),
    ([CloseManifest("HAM", "USPS")], ["HAM has no label of USPS that is on no manifest."]),
    ([CloseManifest("HAM", "DHL")], ["Nobody said how carrier DHL is called. Connect it first."]),
    ([CloseManifest("BER", "GLS")], ["There is no site BER. There is no carrier GLS."]),
])
def test_a_day_is_closed_with_what_is_on_no_manifest(asks, told):
    known = {("HAM", code): Open(1, "HAM", "Europe/Berlin", n, code, True, labels, waiting) for n, (code, labels, waiting) in enumerate([("UPS", [1, 2, 3], None), ("FEDEX", [4], 9), ("USPS", [], None)])}
    assert [said(a) for a in closing.decide(asks, known, {"HAM"}, {"UPS", "FEDEX", "USPS", "DHL"}, MONDAY, [1, 2][: len(asks)])] == told


@pytest.mark.parametrize("ask, told", [
    (BookPickup("HAM", "UPS", TUESDAY, **WINDOW), "UPS is asked to fetch 12 parcels at HAM on 2026-11-17, 15:00 to 18:00"),
    (BookPickup("HAM", "UPS", TUESDAY, time(18), time(15), 1), "The dock closes after the parcels are ready. Give a later time."),
    (BookPickup("HAM", "UPS", date(2026, 11, 13), **WINDOW), "This window is over. Give a later one."),
    (BookPickup("HAM", "FEDEX", TUESDAY, **WINDOW), "FEDEX fetches at HAM on 2026-11-17 already: P-3. Change that one."),
    (BookPickup("BER", "DHL", TUESDAY, **WINDOW), "There is no site BER. Nobody said how carrier DHL is called. Connect it first."),
])
def test_a_pickup_is_booked_once_a_day_in_a_window_to_come(ask, told):
    known = Known({"HAM": (1, "Europe/Berlin")}, {"UPS": (1, True), "FEDEX": (2, True), "DHL": (3, False)}, {("HAM", "FEDEX", TUESDAY): 3})
    assert [said(a) for a in booking.decide([ask], known, MONDAY, [1])] == [told]


def test_all_labels_since_the_last_manifest_are_on_the_next_and_it_has_the_carriers_number_and_a_paper(given):
    simulated()
    carton = a_carton(given)
    first = bought(carton)
    hand_over([HandOver(carton, "UPS")], by="ann")
    assert [(d.carrier, d.labels, d.handed_over) for d in label_reads.open_days("HAM")] == [("UPS", 1, 1)]
    close_manifests([CloseManifest("HAM", "UPS")], by="ann")
    call_carriers()
    manifest = Manifest.objects.get()
    assert manifest.number.startswith("UPS-") and manifest.closed_at and label_reads.open_days("HAM") == []
    paper = manifest_paper.manifest(manifest.pk)
    text = pypdfium2.PdfDocument(manifest_paper.manifest_pdf(paper))[0].get_textpage().get_text_range()
    assert first.tracking in text and manifest.number in text and "1 parcels" in text
    assert close_manifests([CloseManifest("HAM", "UPS")], by="ann")[0].code == "nothing-to-manifest"
    assert record_manifest([RecordManifest(manifest.pk, True, "again")], by="ann")[0].SILENT


def test_labels_of_a_manifest_that_was_refused_wait_for_the_next(given):
    simulated(refuses_manifests=100)
    label = bought(a_carton(given))
    close_manifests([CloseManifest("HAM", "UPS")], by="ann")
    call_carriers()
    assert Manifest.objects.get().why == "The day is closed already"
    assert Label.objects.get(pk=label.pk).manifest_id is None
    assert close_manifests([CloseManifest("HAM", "UPS")], by="ann")[0].labels == 1


def booked(**window):
    [told] = book_pickups([BookPickup("HAM", "UPS", TUESDAY, **(WINDOW | window))], by="ann")
    call_carriers()
    return Pickup.objects.get(pk=int(told.pickup[2:]))


def test_a_pickup_is_booked_changed_and_cancelled(given):
    books = simulated()
    given.site()
    first = booked()
    assert (first.state, list(books.pickups)) == ("booked", [first.number])
    [asked] = change_pickups([ChangePickup(first.pk, TUESDAY, time(16), time(19), 20)], by="ann")
    assert change_pickups([ChangePickup(first.pk, TUESDAY, time(16), time(19), 20)], by="ann")[0].code == "pickup-wanted"
    call_carriers()
    first.refresh_from_db()
    second = Pickup.objects.get(pk=int(asked.pickup[2:]))
    assert (first.state, second.state, list(books.pickups)) == ("replaced", "booked", [second.number])
    assert book_pickups([BookPickup("HAM", "UPS", TUESDAY, **WINDOW)], by="ann")[0].code == "pickup-wanted"
    cancel_pickups([CancelPickup(second.pk)], by="ann")
    call_carriers()
    second.refresh_from_db()
    assert (second.state, books.pickups) == ("cancelled", {})
    assert cancel_pickups([CancelPickup(second.pk)], by="ann")[0].code == "pickup-ended"
    assert booked().state == "booked"


def test_a_no_to_a_change_leaves_the_pickup_as_it_was(given):
    simulated()
    given.site()
    first = booked()
    change_pickups([ChangePickup(first.pk, TUESDAY, time(16), time(19), 20)], by="ann")
    second = Pickup.objects.exclude(pk=first.pk).get()
    record_pickup([RecordPickup(second.pk, "refused", why="too late")], by="ann")
    first.refresh_from_db(), second.refresh_from_db()
    assert (first.state, second.state, second.why) == ("booked", "refused", "too late")


def test_a_no_to_a_cancellation_leaves_it_booked_and_says_why(given):
    simulated()
    given.site()
    pickup = booked()
    cancel_pickups([CancelPickup(pickup.pk)], by="ann")
    record_pickup([RecordPickup(pickup.pk, "refused", why="the driver is on the way")], by="ann")
    pickup.refresh_from_db()
    assert (pickup.state, pickup.trouble, pickup.next_at) == ("booked", "the driver is on the way", None)


def test_a_pickup_that_nobody_was_asked_for_is_cancelled_at_once(given):
    simulated()
    given.site()
    [told] = book_pickups([BookPickup("HAM", "UPS", TUESDAY, **WINDOW)], by="ann")
    assert cancel_pickups([CancelPickup(int(told.pickup[2:]))], by="ann")[0].said() == f"Pickup {told.pickup} of UPS at HAM on 2026-11-17 cancelled"
    assert call_carriers() == 0


def test_what_needs_a_look_stands_first_and_money_at_risk_is_counted(given):
    simulated(refuses_voids=100)
    carton = a_carton(given)
    label = bought(carton)
    assert [(r.currency, r.labels, r.at_risk, r.lost) for r in label_reads.at_risk()] == [("EUR", 1, label.amount, 0)]
    assert label_reads.labels("look") == []
    with clock.standing_at(MONDAY + timedelta(days=28)):
        assert [row.needs for row in label_reads.labels("look")] == ["expires-soon"]
    other = packed(given.order(("BRG-6204", 1))).carton if given.stocked(*_more(given)) is None else ""
    wanted(other)
    with clock.standing_at(MONDAY + timedelta(minutes=11)):
        assert [row.needs for row in label_reads.labels("look")] == ["no-answer"]


def _more(given):
    from hanse.catalogue.models import Item
    from hanse.network.models import Site

    return Item.objects.get(), Site.objects.get(), 5


def test_the_pages_show_labels_and_take_what_is_asked(given, client):
    simulated()
    carton = a_carton(given)
    label = bought(carton)
    client.force_login(given.user("jonas", "transport"))
    page = client.get("/labels?view=risk").content.decode()
    assert label.tracking in page and "bought and not used" in page
    assert label.tracking.encode() in client.get(f"/labels/{label.pk}/label").content
    client.post(f"/labels/{label.pk}/void", {"key": "v"})
    label.refresh_from_db()
    assert label.state == "void-asked"
    client.post("/labels/want", {"key": "w", "chosen": carton, "carrier": "UPS", "service": "standard", "back": "/hand-over"})
    assert Label.objects.count() == 2
    assert "Label asked for" in client.get("/hand-over?site=HAM").content.decode()
    call_carriers()
    assert "Close the day" in client.get("/manifests?site=HAM").content.decode()
    client.post("/manifests/close", {"key": "m", "site": "HAM", "carrier": "UPS"})
    assert Manifest.objects.count() == 1
    wrong = client.post("/pickups/book", {"key": "p", "site": "HAM", "carrier": "UPS", "on": "2026-11-17", "ready_by": "quarter past", "closes_at": "18:00", "parcels": "3"})
    assert wrong.status_code == 422 and "Give a time as 15:30." in wrong.content.decode()
    client.post("/pickups/book", {"key": "p", "site": "HAM", "carrier": "UPS", "on": "2026-11-17", "ready_by": "15:00", "closes_at": "18:00", "parcels": "3"})
    call_carriers()
    pickup = Pickup.objects.get()
    assert "Ask for the change" in client.get(f"/pickups/{pickup.pk}/change").content.decode()
    client.post(f"/pickups/{pickup.pk}/change", {"key": "c", "on": "2026-11-17", "ready_by": "16:00", "closes_at": "18:00", "parcels": "3"})
    assert Pickup.objects.count() == 2
    page = client.post("/carrier-connections", {"key": "n", "carrier": "FEDEX", "adapter": "karrio", "connector": "fedex", "account": "account_number 42", "secrets": "", "label_days": "14"})
    assert page.status_code == 422 and "name = value" in page.content.decode()
    client.post("/carrier-connections", {"key": "n", "carrier": "FEDEX", "adapter": "karrio", "connector": "fedex", "account": "account_number = 42", "secrets": "secret_key = HANSE_CARRIER_FEDEX", "label_days": "14"})
    assert "HANSE_CARRIER_FEDEX" in client.get("/carrier-connections").content.decode()


def test_a_window_is_in_the_sites_own_time(given):
    simulated()
    given.site()
    with clock.standing_at(datetime.fromisoformat("2026-11-17T16:59:00+00:00")):
        assert book_pickups([BookPickup("HAM", "UPS", TUESDAY, **WINDOW)], by="ann")[0].pickup
    with clock.standing_at(datetime.fromisoformat("2026-11-17T17:01:00+00:00")):
        assert book_pickups([BookPickup("HAM", "UPS", TUESDAY, **WINDOW)], by="ann")[0].detail.startswith("This window is over")
