"""Eight at once for the same thing, on really committed rows: one wins, the others are told why not."""

import threading
from collections import Counter

import pytest
from django.db import connections

from hanse.catalogue.models import Item
from hanse.fulfilment.pack import Pack, pack
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.release import Release, release
from hanse.fulfilment.tests.floor import claimed, packed, picked, released
from hanse.journal.operation import KeyInProgress
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.network.models import Site
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.record_proof import RecordProof, record_proof
from hanse.transport.record_tracking import Track, record_tracking
from tests.given import MONDAY

from .road import carriers, on_its_way

AT_ONCE = 8


def at_once(act, keys=None):
    """Do the same at once in many threads; how often each answer came."""
    gate, answers = threading.Barrier(AT_ONCE), []

    def run(n):
        gate.wait()
        with clock.standing_at(MONDAY):
            try:
                [answer] = act(keys[n] if keys else None)
                answers.append(answer.code if isinstance(answer, Refused) else type(answer).__name__)
            except KeyInProgress:
                answers.append("key-in-progress")
        connections.close_all()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(AT_ONCE)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    return Counter(answers)


@pytest.fixture
def order(lasting):
    lasting.customer(), lasting.stocked(lasting.item(), lasting.site(), 5)
    carriers()
    return lasting.order(("BRG-6204", 5))


def test_an_order_is_released_once(order):
    assert at_once(lambda key: release([Release(order)], by="ann")) == {"OrderReleased": 1, "nothing-to-release": 7}
    assert claimed() == 5


def test_a_task_is_answered_once(lasting, order):
    [task] = released(order)
    assert at_once(lambda key: pick([Pick(task.task, 5)], by="ann")) == {"UnitsPicked": 1, "task-closed": 7}
    assert lasting.stock() == {"tote": 5}


def test_units_are_packed_once(lasting, order):
    picked(order)
    assert at_once(lambda key: pack([Pack(order)], by="ann")) == {"CartonPacked": 1, "nothing-to-pack": 7}
    assert lasting.stock() == {"carton": 5}


def test_a_carton_leaves_once(lasting, order):
    carton = packed(order)
    assert at_once(lambda key: hand_over([HandOver(carton.carton, "UPS")], by="ann")) == {"ParcelHandedOver": 1, "handed-over": 7}
    assert lasting.stock() == {"transit": 5}


def test_a_parcel_is_counted_once_by_carrier_and_by_proof(lasting):
    on_its_way(lasting)
    told = at_once(lambda key: record_tracking([Track("UPS", "1Z-7", "D", MONDAY)], by="ann") if key == "carrier" else record_proof([RecordProof("1Z-7")], by="ann"), ["carrier", "person"] * 4)
    assert set(told) <= {"TrackingRecorded", "TrackingKnown", "ProofRecorded"}
    assert lasting.stock() == {"customer": 5} and len(lasting.told("ParcelDelivered")) == 1


def test_twins_with_one_key_are_one_act(lasting, order):
    told = at_once(lambda key: release([Release(order)], by="ann", key=key), ["same"] * AT_ONCE)
    assert set(told) <= {"OrderReleased", "key-in-progress"} and told["OrderReleased"] >= 1
    assert len(lasting.told("OrderReleased")) == 1


def test_releases_of_many_orders_over_the_same_bin_never_claim_a_unit_twice(lasting, order):
    lasting.stocked(Item.objects.get(sku="BRG-6204"), Site.objects.get(code="HAM"), 3)
    orders = [order, *(lasting.order(("BRG-6204", 1)) for _ in range(3))]
    gate, numbers = threading.Lock(), iter(orders * 2)

    def one(key):
        with gate:
            number = next(numbers)
        return release([Release(number)], by="ann")

    told = at_once(one)
    assert told == {"OrderReleased": 4, "nothing-to-release": 4} and claimed() == 8
