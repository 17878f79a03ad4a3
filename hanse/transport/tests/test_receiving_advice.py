"""Receiving advice: whole and once, line by line; it proves delivery to the consignee, and what he missed or rejected spoils the order."""

from datetime import UTC, datetime

import pytest

from hanse.journal.events import json_of
from hanse.perfect_order.reads import judged_now
from hanse.transport.models import Parcel, Proof, ReceivedLine, ReceivingAdvice
from hanse.transport.parcels import Parcel as OnItsWay
from hanse.transport.take_receiving_advice import (
    Consigned,
    Done,
    Known,
    ReceivedUnits,
    SentLine,
    TakeReceivingAdvice,
    decide,
    take_receiving_advice,
)
from hanse.web.words import in_words

from .road import on_its_way

AT = datetime(2026, 11, 17, 8, tzinfo=UTC)
SENT = OnItsWay(1, "P-1", 1, "UPS", 100001, 1, 1, "", 5, "in-transit", "", "", AT, None, None)
OLD = TakeReceivingAdvice("H-100001", "R-0", (ReceivedUnits(1, 5),))


def known():
    return Known({100001: Consigned(100001, 9, "REUTER", "Reuter GmbH")}, {100001: {1: SentLine(100001, 11, 1, 5)}}, {100001: [SENT]},
                 {(9, "R-0"): json_of(OLD).decode()}, iter(range(1, 9)), iter(range(1, 9)))


def advice(*lines, number="R-1", **fields):
    return TakeReceivingAdvice("H-100001", number, lines, **fields)


@pytest.mark.parametrize("ask, told", [
    (advice(ReceivedUnits(1, 5)), "REUTER received 5 units, receiving advice R-1"),
    (advice(ReceivedUnits(1, 2, 1, 2, "damaged")), "REUTER received 2 units, receiving advice R-1, 1 missing, 2 rejected"),
    (OLD, "Receiving advice R-0 was taken before"),
    (advice(ReceivedUnits(1, 4), number="R-0"), "Receiving advice R-0 of REUTER was taken already, with other content. Give what is new a number of its own."),
    (advice(ReceivedUnits(2, 5)), "H-100001 has no line 2."),
    (advice(ReceivedUnits(1, 5, 1)), "Line 1 of H-100001: 5 units were sent; 6 are told of."),
    (advice(ReceivedUnits(1, 4, 0, 1)), "Say why units were rejected, and only of those."),
    (advice(ReceivedUnits(1, 2), ReceivedUnits(1, 2)), "Line 1 is told of twice."),
    (advice(ReceivedUnits(1, 5), parcels=("P-9",)), "No parcel of H-100001 left, or none of those named is its own: P-9."),
    (TakeReceivingAdvice("H-7", "R-1", (ReceivedUnits(1, 5),)), "There is no order H-7."),
])
def test_an_advice_is_taken_whole_or_not_at_all(ask, told):
    [answer] = decide([ask], known(), AT)
    said = in_words(answer.told if isinstance(answer, Done) else answer)
    assert said == told or answer.errors[0].detail == told


def test_an_advice_proves_the_delivery_and_what_was_rejected_spoils_the_order(given):
    told = on_its_way(given)
    [taken] = take_receiving_advice([TakeReceivingAdvice(told.order, "RA-7", (ReceivedUnits(1, 3, 0, 2, "wrong-item"),), at=AT)], by="ann", key="k")
    [again] = take_receiving_advice([TakeReceivingAdvice(told.order, "RA-7", (ReceivedUnits(1, 3, 0, 2, "wrong-item"),), at=AT)], by="ann", key="other")
    assert taken.parcels == ("1Z-7",) and type(again).__name__ == "ReceivingAdviceKnown"
    proof = Proof.objects.get()
    assert (proof.source, proof.receiver, proof.delivered_at, Parcel.objects.get().state) == ("receiving advice", "REUTER", AT, "delivered")
    assert given.stock() == {"customer": 5} and ReceivingAdvice.objects.count() == 1 and ReceivedLine.objects.count() == 1
    [verdict] = judged_now(told.order, AT)
    assert verdict.causes["product"] == ["rejected, wrong item", "warehouse"] and verdict.truths["customer"] is True
