"""Labels: asked for once, bought once, and each that was bought has exactly one end."""

import base64
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from hanse.fulfilment.relabel import Relabel, relabel
from hanse.journal.follow import FOLLOWERS
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.orders.models import Order
from hanse.partners.models import Address
from hanse.transport import record_label as recording
from hanse.transport import want_labels as wanting
from hanse.transport.calling import call_carriers
from hanse.transport.choose_service import ChooseService, choose_service
from hanse.transport.connect_carriers import AccountField, ConnectCarrier, SecretField, connect_carriers
from hanse.transport.expire_labels import ExpireLabel
from hanse.transport.expire_labels import decide as expire
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.jobs import expire_what_is_over
from hanse.transport.labels import Kept
from hanse.transport.models import Connection, Label, Parcel
from hanse.transport.record_label import RecordLabel, record_label
from hanse.transport.record_unsold import RecordUnsold, record_unsold
from hanse.transport.record_void import RecordVoid, record_void
from hanse.transport.void_labels import VoidLabel, void_labels
from hanse.transport.void_labels import decide as void
from hanse.transport.want_labels import Unlabelled, WantLabel, want_labels
from tests.given import MONDAY

from .desk import a_carton, bought, simulated, wanted
from .road import carriers
from .selling import services

ZPL = base64.b64encode(b"^XA^XZ").decode()
TODAY = date(2026, 11, 16)
CARTONS = {c.sscc: c for c in (
    Unlabelled(1, "A", 7, False, False, "", "", False, 900, "", 5, "UPS", "standard"), Unlabelled(2, "B", 7, False, False, "", "DHL", False, 900, ""),
    Unlabelled(3, "GONE", 7, True, False, "", "", False, 900, ""), Unlabelled(4, "OPENED", 7, False, True, "", "", False, 900, ""),
    Unlabelled(5, "INNER", 7, False, False, "A", "", True, 0, ""), Unlabelled(6, "HAS", 7, False, False, "", "", False, 900, "bought"),
)}  # fmt: skip


def said(answer):
    return answer.detail if isinstance(answer, Refused) else getattr(answer, "told", answer).said()


@pytest.mark.parametrize("ask, told", [
    (WantLabel("A"), "Label of carton A asked of UPS, standard"),
    (WantLabel("A", "ups", "express"), "Label of carton A asked of UPS, express"),
    (WantLabel("B"), "Nobody said how carrier DHL is called. Connect it first. Name the service for carton B: none was chosen for it."),
    (WantLabel("B", "UPS", "standard"), "Carton B is labelled for DHL, not for UPS."),
    (WantLabel("GONE"), "Carton GONE left with its carrier."),
    (WantLabel("OPENED"), "Carton OPENED was opened again; its units are packed anew."),
    (WantLabel("HAS", "UPS", "standard"), "The label of carton HAS is bought. Void it before another one is wanted."),
    (WantLabel("NO"), "There is no carton NO."),
    (WantLabel("INNER", "FEDEX"), "Carton INNER lies in A and leaves with it. To do anything else with it, take it out first. The address or carrier of H-7 changed after carton INNER was labelled. "
                                  "Print the label again. There is no carrier FEDEX. Name the service for carton INNER: none was chosen for it. Nobody knows what carton INNER weighs. Weigh it first."),
])
def test_a_label_is_asked_for_where_all_is_known(ask, told):
    assert [said(a) for a in wanting.decide([ask], CARTONS, {"UPS": (1, "simulated"), "DHL": (2, "")}, [41])] == [told]


def test_a_carton_is_wanted_one_label_in_a_batch():
    assert [said(a) for a in wanting.decide([WantLabel("A")] * 2, CARTONS, {"UPS": (1, "table")}, [41, 42])] == [
        "Label of carton A asked of UPS, standard", "The label of carton A is asked. Void it before another one is wanted."]


def kept(id, state, tracking="", calls=0, over=False):
    return Kept(id, id, f"C{id}", 7, 1, "UPS", "standard", "simulated", state, bool(tracking), calls, tracking, tracking, Decimal("4.20") if tracking else None, "EUR", over, f"C{id}-{id}", 30)


LABELS = {k.id: k for k in (
    kept(1, "asked"), kept(2, "asked", calls=1), kept(3, "bought", "T3"), kept(4, "void-asked", "T4"), kept(5, "used", "T5"), kept(6, "void-asked", calls=2),
    kept(7, "bought", "T7", over=True), kept(8, "refused"),
)}  # fmt: skip


@pytest.mark.parametrize("labels, told", [
    ([1, 1], ["Label of carton C1 is not wanted any more: repacked", "Label 1 is void asked."]),
    ([2], ["UPS is asked to take back label of carton C2: repacked"]),
    ([3], ["UPS is asked to take back label T3 of carton C3: repacked"]),
    ([4, 5, 9], ["Label T4 is void asked.", "Label T5 is used.", "There is no label 9."]),
])
def test_what_was_never_asked_for_is_withdrawn_and_the_rest_given_back_once(labels, told):
    assert [said(a) for a in void([VoidLabel(n, "repacked") for n in labels], LABELS)] == told


def sold(label, tracking, currency="EUR", document=ZPL):
    return RecordLabel(label, tracking, Decimal("4.55"), currency, document, "ZPL")


@pytest.mark.parametrize("asks, told", [
    ([sold(1, "N1"), sold(1, "N1")], ["Label N1 of UPS bought for carton C1: 4.55 EUR", "The carrier's answer was recorded before; the label is bought"]),
    ([sold(1, "N1"), sold(1, "N2")], ["Label N1 of UPS bought for carton C1: 4.55 EUR", "Label N2 of UPS bought for carton C1: 4.55 EUR, a second time; it is given back"]),
    ([sold(3, "T3"), sold(3, "N3")], ["The carrier's answer was recorded before; the label is bought", "Label N3 of UPS bought for carton C3: 4.55 EUR, a second time; it is given back"]),
    ([sold(6, "N6")], ["Label N6 of UPS bought for carton C6: 4.55 EUR"]),
    ([sold(8, "N8")], ["Label N8 of UPS bought for carton C8: 4.55 EUR, a second time; it is given back"]),
    ([sold(1, "OTHERS")], ["Parcel OTHERS of UPS exists already."]),
    ([sold(2, "N2", "12.", "no!")], ["12. is no ISO 4217 currency. The document is not base64."]),
])
def test_a_label_is_recorded_once_and_a_second_one_is_spare(asks, told):
    assert [said(a) for a in recording.decide(asks, LABELS, {("OTHERS", 1)}, TODAY, [91, 92])] == told


def test_only_labels_whose_days_are_over_expire():
    assert [said(a) for a in expire([ExpireLabel(n) for n in (7, 7, 3, 5)], LABELS)] == [
        "Label T7 of UPS was not used in time: 4.20 EUR lost", "Label T7 is expired.", "Label T3 may still be used.", "Label T5 is used."]


def test_a_label_is_bought_with_its_key_and_used_by_the_parcel_that_leaves(given):
    books = simulated()
    carton = a_carton(given)
    label = bought(carton)
    assert (label.state, label.amount, label.currency, label.format) == ("bought", Decimal("4.5500"), "EUR", "ZPL")
    assert label.expires_on == TODAY + timedelta(days=30) and bytes(label.document).startswith(b"^XA")
    assert books.numbers == [label.tracking] and list(books.sold) == [label.key]
    [left] = hand_over([HandOver(carton, "UPS")], by="ann")
    label.refresh_from_db()
    assert (left.parcel, label.state, label.parcel_id) == (label.tracking, "used", Parcel.objects.get().pk)
    assert void_labels([VoidLabel(label.pk)], by="ann")[0].code == "label-ended"


def test_without_an_answer_the_same_key_is_asked_again_and_bought_once(given):
    books = simulated(loses=100)
    label = bought(a_carton(given))
    assert (label.state, label.calls, label.trouble) == ("asked", 1, "the line was cut after the label was sold")
    assert call_carriers() == 0
    with clock.standing_at(MONDAY + timedelta(seconds=11)):
        call_carriers()
    label.refresh_from_db()
    assert label.state == "bought" and books.numbers == [label.tracking]


def test_a_label_that_was_sold_twice_is_given_back(given):
    books = simulated(repeats=100)
    first = bought(a_carton(given))
    Label.objects.filter(pk=first.pk).update(next_at=MONDAY)  # as if a worker came back late
    Label.objects.filter(pk=first.pk).update(bought_at=None, tracking="", amount=None, currency="", expires_on=None)
    call_carriers()
    [answer] = record_label([RecordLabel(first.pk, first.tracking, Decimal("4.55"), "EUR", ZPL, "ZPL")], by="ann")
    assert answer.spare
    call_carriers()
    assert {label.tracking: label.state for label in Label.objects.all()} == {books.numbers[1]: "bought", books.numbers[0]: "voided"}
    assert books.voided == {books.numbers[0]}


def test_a_refusal_ends_the_label_and_another_may_be_wanted(given):
    simulated(refuses=100)
    carton = a_carton(given)
    label = bought(carton)
    assert (label.state, label.why) == ("refused", "No service to 18057 Rostock")
    assert record_unsold([RecordUnsold(label.pk, "again")], by="ann")[0].SILENT
    assert wanted(carton) != label.pk


def test_a_void_is_asked_and_its_answer_recorded(given):
    simulated(refuses_voids=100)
    carton = a_carton(given)
    label = bought(carton)
    assert record_void([RecordVoid(label.pk, True)], by="ann")[0].code == "void-not-asked"
    void_labels([VoidLabel(label.pk, "wrong service")], by="ann")
    call_carriers()
    label.refresh_from_db()
    assert (label.state, label.why) == ("void-refused", "The parcel was scanned already")
    [no] = hand_over([HandOver(carton, "UPS")], by="ann")
    assert no.detail == f"Label {label.tracking} of carton {carton} is void refused. Want another one, or scan the number that is on the carton now."
    assert hand_over([HandOver(carton, "UPS", tracking="1Z-9")], by="ann")[0].parcel == "1Z-9"


def test_one_that_may_have_been_sold_is_asked_for_again_before_it_is_given_back(given):
    books = simulated(loses=100)
    label = bought(a_carton(given))
    void_labels([VoidLabel(label.pk)], by="ann")
    call_carriers()
    label.refresh_from_db()
    assert label.state == "voided" and books.voided == {label.tracking} and len(books.numbers) == 1


@pytest.mark.parametrize("scanned, told", [("1Z-OTHER", "label-differs"), (None, "ParcelHandedOver")])
def test_the_label_that_was_bought_is_the_one_that_leaves(given, scanned, told):
    simulated()
    carton = a_carton(given)
    bought(carton)
    [answer] = hand_over([HandOver(carton, "UPS", tracking=scanned)], by="ann")
    assert getattr(answer, "code", type(answer).__name__) == told


def test_a_carton_waits_for_its_label_and_goes_with_no_other_carrier(given):
    simulated()
    carton = a_carton(given)
    label = wanted(carton)
    assert hand_over([HandOver(carton, "UPS")], by="ann")[0].code == "label-awaited"
    assert hand_over([HandOver(carton, "FEDEX")], by="ann")[0].code == "other-carrier"
    void_labels([VoidLabel(label)], by="ann")
    assert hand_over([HandOver(carton, "FEDEX")], by="ann")[0].parcel == carton


def test_a_label_with_an_old_address_stays_and_is_given_back_when_the_carton_is_labelled_anew(given):
    books = simulated()
    carton = a_carton(given)
    label = bought(carton)
    old = Address.objects.get()
    new = Address.objects.create(party=old.party, code="main", version=2, name="Reuter", street="Neuer Weg 1", postcode="18055", city="Rostock", country="DE", since=old.since)
    Order.objects.update(ship_to=new)
    relabel([Relabel(carton)], by="ann")
    assert hand_over([HandOver(carton, "UPS")], by="ann")[0].code == "label-worthless"
    heard(given)
    label.refresh_from_db()
    assert (label.state, label.void_why) == ("void-asked", "its carton was labelled anew")
    again = bought(carton)
    label.refresh_from_db()
    assert (label.state, again.state, books.voided) == ("voided", "bought", {label.tracking})


def heard(given):
    """The follower has read on."""
    from hanse.journal.follow import _told
    from hanse.journal.models import Event

    spec = FOLLOWERS["transport: void what nobody uses"]
    facts = Event.objects.filter(kind__in=spec.kinds).order_by("id").values_list("id", "xact", "kind", "subject", "body", "happened_at", "recorded_at", "zone", "actor", "operation", "key")
    spec.act([_told((*f[:4], __import__("json").dumps(f[4]), *f[5:])) for f in facts])


def test_what_is_not_used_in_the_carriers_days_expires(given):
    simulated()
    carton = a_carton(given)
    label = bought(carton)
    with clock.standing_at(MONDAY + timedelta(days=30)):
        assert expire_what_is_over() == 0
    with clock.standing_at(MONDAY + timedelta(days=31)):
        assert expire_what_is_over() == 1
    label.refresh_from_db()
    assert label.state == "expired"
    assert wanted(carton)


def test_a_carrier_that_bills_by_our_table_takes_our_own_label(given):
    carriers()
    carton = a_carton(given)
    assert connect_carriers([ConnectCarrier("UPS", "table")], by="ann")[0].said() == "Carrier UPS is called by the table adapter"
    label = bought(carton, "UPS", "FREIGHT")
    assert (label.state, label.why) == ("refused", "UPS sells no service FREIGHT. Keep it with its rates first")
    services()
    choose_service([ChooseService(f"H-{Order.objects.get().pk}", "HAM")], by="ann")
    [told] = want_labels([WantLabel(carton)], by="ann")
    call_carriers()
    label = Label.objects.get(pk=told.label)
    assert (told.service, label.amount, label.tracking, label.format) == ("EXPRESS", Decimal("9.9000"), carton, "PDF") and bytes(label.document).startswith(b"%PDF")
    [left] = hand_over([HandOver(carton)], by="ann")
    assert (left.carrier, left.service, left.parcel) == ("UPS", "EXPRESS", carton)


def test_an_account_tells_no_secret(given):
    carriers()
    [no] = connect_carriers([ConnectCarrier("UPS", "karrio", "", (AccountField("client_secret", "x"),), (SecretField("client_id", "HANSE_SECRET_KEY"),))], by="ann")
    assert [e.pointer for e in no.errors] == ["#/connector", "#/account/0/name", "#/secrets/0"]
    connect_carriers([ConnectCarrier("UPS", "karrio", "ups", (AccountField("account_number", "42"),), (SecretField("client_secret", "HANSE_CARRIER_UPS"),))], by="ann")
    kept = Connection.objects.get()
    assert (kept.account, kept.secrets) == ({"account_number": "42"}, {"client_secret": "HANSE_CARRIER_UPS"})


def test_a_carrier_without_its_secrets_or_its_extra_is_refused_in_words(given, monkeypatch):
    carriers()
    connect_carriers([ConnectCarrier("UPS", "karrio", "nobody", secrets=(SecretField("client_secret", "HANSE_CARRIER_NOBODY"),))], by="ann")
    carton = a_carton(given)
    assert bought(carton).why == "The environment has no HANSE_CARRIER_NOBODY"
    monkeypatch.setenv("HANSE_CARRIER_NOBODY", "x")
    assert bought(carton).why.startswith("The extra for carriers is not installed. Install it with: pip install 'hanse[carriers]'")


def test_the_database_knows_one_live_label_a_carton_and_one_end_a_label(given):
    simulated()
    label = bought(a_carton(given))
    twin = {f.attname: getattr(label, f.attname) for f in Label._meta.concrete_fields if f.attname not in ("id", "state", "key", "tracking")}
    for wrong in (lambda: Label.objects.create(**twin, key="twin", tracking="T2"), lambda: Label.objects.filter(pk=label.pk).update(outcome="used"),
                  lambda: Label.objects.filter(pk=label.pk).update(outcome="refused", ended_at=MONDAY)):
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong()


def test_the_same_key_wants_and_records_once(given):
    simulated()
    carton = a_carton(given)
    first, second = (want_labels([WantLabel(carton, "UPS", "standard")], by="ann", key="k") for _ in range(2))
    assert first == second
    one, two = (record_label([sold(first[0].label, "N1")], by="ann", key="r") for _ in range(2))
    assert one == two and Label.objects.count() == 1
