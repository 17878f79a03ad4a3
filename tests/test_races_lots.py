"""Recall against whatever happens to the lot at the same moment: its units are stopped, or the recall names where they went."""

from collections import Counter
from datetime import date

import pytest

from hanse.edge import verify
from hanse.fulfilment.pack import Pack, pack
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.recall_lot import RecallLot, recall_lot
from hanse.fulfilment.release import Release, release
from hanse.fulfilment.tests.floor import packed, picked, released
from hanse.inventory.receive import Receive, receive
from hanse.journal.principals import HANSE
from hanse.kernel.refused import Refused
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.keep_carriers import KeepCarrier, keep_carriers
from tests.test_races import TIMES, at_once

pytestmark = pytest.mark.at_length


@pytest.fixture
def dairy(lasting):
    """A site with milk that is tracked by lot, and a carrier."""
    lasting.item("MILK", tracking="lot"), lasting.site(), lasting.customer()
    keep_carriers([KeepCarrier("UPS", name="UPS")], by=HANSE)
    return lasting


def of_lot(dairy, n: int) -> str:
    """An order of two units that are of a lot of their own."""
    assert not isinstance(receive([Receive("HAM", "MILK", 2, "A-01", lot=f"L{n}", expires_on=date(2027, 1, 1))], by="ann")[0], Refused)
    return dairy.order(("MILK", 2))


def recalled(n: int):
    return lambda: recall_lot([RecallLot("MILK", f"L{n}", "glass")], by=HANSE)[0]


def proven():
    assert [(r.name, r.findings) for r in verify.run() if r.findings] == []


def test_a_carton_leaves_before_the_recall_and_is_named_or_it_stays(dairy):
    """Interleavings of recall and hand-over of the same units."""
    seen = Counter()
    for n in range(TIMES):
        order = of_lot(dairy, n)
        sscc = packed(order).carton
        left, told = at_once([lambda c=sscc: hand_over([HandOver(c, "UPS")], by=HANSE)[0], recalled(n)])
        [hit] = told.hits
        where = "stays" if isinstance(left, Refused) else "left"
        assert (hit.order, hit.container, hit.quantity, hit.place) == (order, sscc, 2, "carton" if where == "stays" else "in transit")
        assert where == "left" or left.errors[0].code == "lot-held"
        seen[where] += 1
    assert sum(seen.values()) == TIMES
    proven()


def test_a_picker_takes_the_units_before_the_recall_and_they_are_named_or_finds_the_task_stopped(dairy):
    seen = Counter()
    for n in range(60):
        order = of_lot(dairy, n)
        [task] = released(order)
        took, told = at_once([lambda t=task.task: pick([Pick(t, 2)], by=HANSE)[0], recalled(n)])
        places = {h.place for h in told.hits if h.order == order}
        assert places == ({"task", "freed"} if isinstance(took, Refused) else {"tote"})
        assert not isinstance(took, Refused) or took.code == "lot-held"
        seen[type(took).__name__] += 1
    proven()


def test_a_release_or_a_carton_that_meets_the_recall_ends_stopped_or_named(dairy):
    for n in range(60):
        order = of_lot(dairy, n)
        if n % 2:
            picked(order)
        work = (lambda o=order: pack([Pack(o)], by=HANSE)[0]) if n % 2 else (lambda o=order: release([Release(o)], by=HANSE)[0])
        did, told = at_once([work, recalled(n)])
        places = {h.place for h in told.hits if h.order == order}
        if n % 2:
            assert places == ({"tote"} if isinstance(did, Refused) else {"carton"})
        else:
            assert "freed" in places and ("task" in places) == (not isinstance(did, Refused))
    proven()


def test_what_arrives_while_its_lot_is_recalled_lies_in_no_bin(dairy):
    for n in range(60):
        of_lot(dairy, n)
        came, _ = at_once([lambda k=n: receive([Receive("HAM", "MILK", 3, "A-01", lot=f"L{k}")], by=HANSE)[0], recalled(n)])
        assert not isinstance(came, Refused)
    proven()
