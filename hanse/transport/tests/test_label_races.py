"""Labels on really committed rows: two want one, void meets hand-over, somebody dies between purchase and record."""

import threading
from collections import Counter

import pytest
from django.db import connections

from hanse.fulfilment.pack import Pack, pack
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.release import Release, release
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.orders.place import Place, PlaceLine, place
from hanse.transport import calling
from hanse.transport.calling import call_carriers
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.models import Label, Parcel
from hanse.transport.void_labels import VoidLabel, void_labels
from hanse.transport.want_labels import WantLabel, want_labels
from tests.given import MONDAY

from .desk import simulated, wanted

AT_ONCE = 4
times = pytest.mark.parametrize("times", [10, pytest.param(200, marks=pytest.mark.slow)])


def meet(*acts):
    """Do these at once, each in a thread of its own; what each answered."""
    gate, answers = threading.Barrier(len(acts)), [""] * len(acts)

    def run(n):
        with clock.standing_at(MONDAY):
            gate.wait()
            [answer] = acts[n]()
            answers[n] = answer.code if isinstance(answer, Refused) else type(answer).__name__
        connections.close_all()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(acts))]
    [t.start() for t in threads]
    [t.join() for t in threads]
    return answers


@pytest.fixture
def cartons(lasting):
    simulated()
    lasting.customer(), lasting.stocked(lasting.item(), lasting.site(), 5000)

    def make(count):
        orders = [p.order for p in place([Place("REUTER", (PlaceLine("BRG-6204", 1),))] * count, by="ann")]
        pick([Pick(t.task, t.quantity) for r in release([Release(n) for n in orders], by="ann") for t in r.tasks], by="ann")
        return [c.carton for c in pack([Pack(n) for n in orders], by="ann")]

    return make


@times
def test_two_who_want_the_label_of_a_carton_get_one(cartons, times):
    told = Counter()
    for carton in cartons(times):
        told += Counter(meet(*[lambda carton=carton: want_labels([WantLabel(carton, "UPS", "standard")], by="ann")] * AT_ONCE))
    assert told == {"LabelWanted": times, "label-wanted": times * (AT_ONCE - 1)}


@times
def test_a_label_is_voided_or_leaves_with_its_parcel(cartons, times):
    told = Counter()
    labels = [(w.carton, w.label) for w in want_labels([WantLabel(carton, "UPS", "standard") for carton in cartons(times)], by="ann")]
    call_carriers()
    for n, (carton, label) in enumerate(labels):
        acts = [lambda label=label: void_labels([VoidLabel(label)], by="ann"), lambda carton=carton: hand_over([HandOver(carton, "UPS")], by="ann")]
        told[tuple(sorted(meet(*(acts if n % 2 else acts[::-1]))))] += 1
    assert set(told) <= {("ParcelHandedOver", "label-ended"), ("LabelVoidAsked", "label-worthless")}, told
    used = set(Label.objects.filter(state="used").values_list("tracking", flat=True))
    assert used == set(Parcel.objects.values_list("tracking", flat=True))


class Dies(BaseException):
    """The process is gone."""


def test_who_dies_between_the_purchase_and_its_record_has_it_bought_once(lasting, cartons, monkeypatch):
    books = simulated()
    label = wanted(*cartons(1))

    def die(*_, **__):
        raise Dies

    with monkeypatch.context() as gone:
        gone.setattr(calling, "record_label", die)
        with pytest.raises(Dies):
            call_carriers()
    assert Label.objects.get(pk=label).state == "asked" and len(books.numbers) == 1
    assert call_carriers() == 0, "another worker leaves alone what was claimed a moment ago"
    with clock.standing_at(MONDAY + calling.LEASE):
        call_carriers()
    assert Label.objects.get(pk=label).tracking == books.numbers[0] and len(books.numbers) == 1


def test_two_workers_call_a_carrier_once_for_each_label(cartons):
    books = simulated()
    labels = [wanted(carton) for carton in cartons(20)]

    def call():
        calling.call_carriers()
        return ["called"]

    meet(call, call)
    assert Label.objects.filter(pk__in=labels, state="bought").count() == 20 == len(books.numbers)
