"""Each condition by its evidence: yes, no or not known, and why."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D

import pytest

from hanse.kernel.places import metres
from hanse.perfect_order.conditions import (
    Claimed,
    Delivery,
    Due,
    Matched,
    Proof,
    Spot,
    customer,
    documents,
    invoice,
    on_time,
    place,
    plain,
    product,
    window,
)

DUE_ON = date(2026, 11, 18)
SENT_AT = datetime(2026, 11, 17, 15, tzinfo=UTC)
CAME_AT = datetime(2026, 11, 18, 10, tzinfo=UTC)
PARCEL = Delivery("1Z-7", 3, SENT_AT, CAME_AT, {1: 5})
BERLIN = Spot("", D("52.520008"), D("13.404954"))
NEAR = Proof(9, latitude=D("52.520450"), longitude=D("13.405600"), receiver="F. Reuter")
DAY = window(DUE_ON, "Europe/Berlin")
LATER = CAME_AT + timedelta(days=9)


def with_proof(**told) -> Delivery:
    return replace(PARCEL, proof=replace(NEAR, **told))


def test_distances_on_the_ground():
    assert metres(40.748440, -73.985664, 40.749000, -73.986500) == pytest.approx(94.005, abs=5e-4)
    assert metres(52.520008, 13.404954, 52.520450, 13.405600) == pytest.approx(65.772, abs=5e-4)


@pytest.mark.parametrize("accuracy, truth", [("10", False), ("32", False), ("33", True), ("100", True), (None, False)])
def test_a_proof_near_enough_for_how_exactly_it_is_known_shows_the_place(accuracy, truth):
    assert place(3, BERLIN, [with_proof(accuracy_m=D(accuracy) if accuracy else None)], True).truth is truth


@pytest.mark.parametrize("spot, parcel, truth, cause", [
    (Spot("4012345000009"), with_proof(gln="4012345000009"), True, ""),
    (Spot("4012345000009"), with_proof(gln="4012345000016"), False, "delivered elsewhere"),
    (Spot(), PARCEL, True, ""),
    (Spot(), replace(PARCEL, address=4), False, "wrong label"),
    (Spot(), replace(PARCEL, delivered_at=None), None, ""),
    (replace(BERLIN, latitude=D("52.6")), with_proof(accuracy_m=D("900")), None, ""),
])
def test_the_place(spot, parcel, truth, cause):
    found = place(3, spot, [parcel], True)
    assert (found.truth, found.cause) == (truth, cause)


def test_where_the_terms_end_at_our_door_that_is_the_place():
    """Where the customer's own carrier took it afterwards is no matter of ours."""
    elsewhere = with_proof(gln="4012345000016")
    assert place(3, Spot("4012345000009"), [elsewhere], True, "EXW") == place(3, Spot(), [PARCEL], True, "EXW")
    assert [place(3, Spot("4012345000009"), [elsewhere], True, term).truth for term in ("EXW", "FCA", "DAP", "")] == [True, True, False, False]


@pytest.mark.parametrize("proof, claims, truth, cause", [
    (NEAR, [Claimed("C-1", "damage")], None, ""),
    (NEAR, [Claimed("C-1", "damage", paid=True)], False, "damaged"),
    (NEAR, [Claimed("C-1", "damage"), Claimed("C-2", "shortage", paid=True)], False, "lost"),
    (NEAR, [Claimed("C-1", "delay", paid=True)], True, ""),
    (replace(NEAR, condition="crushed"), [Claimed("C-1", "damage")], False, "damaged"),
])
def test_a_claim_that_is_looked_into_leaves_the_goods_in_doubt_and_one_that_is_paid_settles_it(proof, claims, truth, cause):
    found = product(Due(1, 1, 5, delivered=5), [replace(PARCEL, proof=proof, claims=tuple(claims))])
    assert (found.truth, found.cause) == (truth, cause)


def test_a_carriers_word_alone_is_not_sure_and_part_of_the_units_is_not_all():
    assert not place(3, Spot(), [PARCEL], True).sure and place(3, Spot("4012345000009"), [with_proof(gln="4012345000009")], True).sure
    assert place(3, Spot(), [PARCEL], False).truth is None and place(3, Spot(), [], False).truth is None
    assert place(3, Spot(), [PARCEL, replace(PARCEL, address=4)], False).truth is False


@pytest.mark.parametrize("receivers, parcel, truth", [
    (["Fritz Reuter"], with_proof(receiver="  FRITZ  reuter"), True),
    (["Jérôme"], with_proof(receiver="Jerome"), True),
    (["Fritz Reuter"], with_proof(receiver="M. Muster"), False),
    ([], with_proof(receiver="M. Muster"), True),
    (["Fritz Reuter"], with_proof(receiver=""), None),
    (["Fritz Reuter"], with_proof(receiver="", left_unattended=True), True),
    (["4012345000009"], with_proof(receiver="", gln="4012345000009"), True),
    (["Fritz Reuter"], PARCEL, None),
    (["Fritz Reuter"], replace(PARCEL, delivered_at=None), None),
])
def test_the_customer_is_who_may_receive(receivers, parcel, truth):
    assert customer(receivers, [parcel], True).truth is truth


def test_left_unattended_is_wrong_where_it_is_not_allowed():
    assert customer([], [with_proof(left_unattended=True)], True, unattended_ok=False).cause == "left unattended"
    assert plain(" Łódź  É ") == plain("łódź e")


OWED = Due(1, 1, 5, delivered=5)


@pytest.mark.parametrize("line, parcels, truth, cause", [
    (OWED, [with_proof(received=5)], True, ""),
    (OWED, [PARCEL], True, ""),
    (OWED, [with_proof(received=4)], False, "mis-pack"),
    (OWED, [with_proof(condition="Carton damaged")], False, "damaged"),
    (OWED, [with_proof(condition="Sound")], True, ""),
    (replace(OWED, owed=7), [PARCEL], None, ""),
    (replace(OWED, owed=7, dropped=2), [PARCEL], False, "stock-out"),
    (replace(OWED, owed=7, lost=2), [PARCEL], False, "lost"),
    (replace(OWED, owed=7, sent_back=2), [PARCEL], False, "sent back"),
    (replace(OWED, owed=4), [PARCEL], False, "over-shipment"),
    (replace(OWED, owed=4, over=1), [PARCEL], True, ""),
    (replace(OWED, owed=6, under=1, dropped=1), [PARCEL], True, ""),
])
def test_the_product_is_what_is_owed_all_of_it_and_sound(line, parcels, truth, cause):
    found = product(line, parcels)
    assert (found.truth, found.cause) == (truth, cause)


@pytest.mark.parametrize("came, now, term, truth", [
    (CAME_AT, LATER, "DAP", True),
    (datetime(2026, 11, 18, 22, 59, tzinfo=UTC), LATER, "DAP", True),
    (datetime(2026, 11, 18, 23, 0, tzinfo=UTC), LATER, "DAP", False),
    (datetime(2026, 11, 10, 8, 0, tzinfo=UTC), LATER, "DAP", True),
    (None, CAME_AT, "DAP", None),
    (None, datetime(2026, 11, 18, 23, 0, tzinfo=UTC), "DAP", False),
    (None, LATER, "EXW", True),
    (datetime(2026, 12, 1, tzinfo=UTC), LATER, "FCA", True),
])
def test_in_time_is_before_the_midnight_of_the_place_it_goes_to(came, now, term, truth):
    line = replace(OWED, delivered=5 if came else 0)
    assert on_time(line, [replace(PARCEL, delivered_at=came)], DAY, term, now).truth is truth


def test_a_window_may_be_narrow_and_summer_time_ends_within_it():
    narrow = window(date(2026, 10, 25), "Europe/Berlin", early_days=0)
    assert (narrow.end_at - narrow.start_at).total_seconds() == 86_400 and narrow.end_at.astimezone(UTC) - narrow.start_at.astimezone(UTC) == timedelta(hours=25)
    early = replace(PARCEL, delivered_at=datetime(2026, 10, 24, 12, tzinfo=UTC))
    assert on_time(OWED, [early], narrow, "DAP", LATER).cause == "early"
    assert on_time(OWED, [PARCEL], None, "DAP", LATER).truth is None


def test_part_in_time_and_part_late_is_late():
    parts = [replace(PARCEL, units={1: 3}), replace(PARCEL, parcel="1Z-8", units={1: 2}, delivered_at=LATER)]
    assert on_time(OWED, parts, DAY, "DAP", LATER).truth is False


@pytest.mark.parametrize("line, truth, cause", [
    (Matched(5, 5, invoices=("RE-1",)), True, ""),
    (Matched(5, 3), None, ""),
    (Matched(5, 5, price_variance=D("20.00")), False, "price"),
    (Matched(5, 5, quantity_variance=D("-20.00")), False, "quantity"),
    (Matched(5, 5, corrected=("GS-1",)), False, "billing error"),
])
def test_the_invoice_is_right_at_once_or_not_at_all(line, truth, cause):
    found = invoice(line)
    assert (found.truth, found.cause) == (truth, cause)


def test_abroad_the_customs_papers_are_wanted():
    assert documents(False, True, ["A"]).truth is None
    assert documents(True, True, ["A"]).cause == "customs data"
    assert documents(True, False, ["A"]).truth is True and documents(True, True, []).truth is True
