"""A run over many things: one that cannot be done holds up nobody else, and is told at the end."""

import pytest
from django.db import OperationalError

from hanse.journal.apart import Apart
from hanse.journal.principals import HANSE
from hanse.orders.place import Place, PlaceLine, place


class Poisoned:
    """An operation that cannot do some asks, and counts its transactions."""

    name = "orders.place"

    def __init__(self, *poison, trouble=ValueError):
        self.poison, self.trouble, self.calls = poison, trouble, 0

    def __call__(self, asks, *, by):
        self.calls += 1
        if any(ask.ref in self.poison for ask in asks):
            raise self.trouble("no")
        return place(asks, by=by)


@pytest.fixture
def orders(given):
    given.customer(), given.item()
    return [Place("REUTER", (PlaceLine("BRG-6204", 1),), ref=f"n{n}") for n in range(9)]


def test_all_but_the_poison_are_done_in_few_tries_and_the_poison_is_named(orders):
    operation = Poisoned("n4")
    run = Apart(operation, HANSE)
    assert [answer.ref for answer in run(orders)] == ["n0", "n1", "n2", "n3", "n5", "n6", "n7", "n8"]
    assert operation.calls == 7
    with pytest.raises(ExceptionGroup, match=r"1 could not be done: orders\.place: .*ref='n4'") as told:
        run.done()
    assert [type(trouble) for trouble in told.value.exceptions] == [ValueError]


def test_where_nothing_is_wrong_it_is_one_call(orders):
    operation = Poisoned()
    run = Apart(operation, HANSE)
    assert len(run(orders)) == 9 and operation.calls == 1
    run.done()


def test_a_trouble_of_the_database_is_nobodys_and_stops_the_run(orders):
    with pytest.raises(OperationalError):
        Apart(Poisoned("n4", trouble=OperationalError), HANSE)(orders)
