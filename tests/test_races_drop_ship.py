"""Drop-ship and drafts against whatever happens at the same moment: a unit is shipped or stopped, a draft is one order."""

from collections import Counter

import pytest

from hanse.edge import verify
from hanse.fulfilment.answer_change import AnswerChange, answer_change
from hanse.fulfilment.release import Release, release
from hanse.inventory.keep_drop_ships import KeepDropShip, keep_drop_ships
from hanse.journal.principals import HANSE
from hanse.kernel.refused import Refused
from hanse.orders.cancel import Cancel, CancelLine, cancel
from hanse.orders.models import Draft, Order
from hanse.orders.place import Place, PlaceLine, place
from hanse.orders.place_drafts import PlaceDraft, place_drafts
from hanse.orders.save_drafts import SaveDraft, save_drafts
from hanse.partners.models import Party
from hanse.transport.keep_carriers import KeepCarrier, keep_carriers
from hanse.transport.take_despatch_advice import AdvisedCarton, AdvisedUnits, TakeDespatchAdvice, take_despatch_advice
from tests.test_races import TIMES, at_once

pytestmark = pytest.mark.at_length


@pytest.fixture
def supplier(lasting):
    """A supplier who ships bearings for us, and a carrier."""
    lasting.item(), lasting.customer()
    Party.objects.create(code="MAYER", name="Mayer", roles=["supplier"])
    lasting.site("MUC", {"DE": 2}, supplier="MAYER")
    keep_carriers([KeepCarrier("UPS", name="UPS")], by=HANSE)
    return lasting


def ordered() -> list[tuple[str, str]]:
    """So many orders of two units, each with the drop-ship order that was made of it."""
    keep_drop_ships([KeepDropShip("MUC", "BRG-6204", 2)], by=HANSE)
    made = [o.order for o in place([Place("REUTER", (PlaceLine("BRG-6204", 2),))] * TIMES, by=HANSE)]
    return [(r.order, r.tasks[0].supplier_order) for r in release([Release(order) for order in made], by=HANSE)]


def advise(number: str, of: str, units: int):
    carton = AdvisedCarton((AdvisedUnits("BRG-6204", units),), number=f"{number}-1")
    return lambda: take_despatch_advice([TakeDespatchAdvice(of, number, "UPS", (carton,))], by=HANSE)[0]


def proven():
    assert [(r.name, r.findings) for r in verify.run() if r.findings] == []


def test_fifty_clients_at_once_sell_the_last_ten_units_of_a_supplier_ten_times(supplier):
    keep_drop_ships([KeepDropShip("MUC", "BRG-6204", 2, 10)], by=HANSE)
    at_once([lambda: place([Place("REUTER", (PlaceLine("BRG-6204", 1),))], by=HANSE)] * 50)
    assert Counter(Order.objects.values_list("reserved", flat=True)) == {1: 10, 0: 40}
    proven()


def test_a_despatch_advice_against_the_stop_of_a_unit(supplier):
    """Interleavings: he shipped both, and nothing is left to stop, or one was stopped and two are more than is open."""
    seen = Counter()
    for n, (order, of) in enumerate(ordered()):
        request = cancel([Cancel(order, (CancelLine(1, 1),), fallback="let-go")], by=HANSE)[0].asked[0].request
        left, done = at_once([advise(f"A{n}", of, 2), lambda r=request: answer_change([AnswerChange(r, True)], by=HANSE)[0]])
        assert not isinstance(done, Refused)
        row = Order.objects.get(pk=int(order[2:]))
        assert (row.shipped, row.cancelled) == ((0, 1) if isinstance(left, Refused) else (2, 0))
        assert not isinstance(left, Refused) or left.errors[0].code == "more-than-ordered"
        seen[type(left).__name__] += 1
    assert sum(seen.values()) == TIMES
    proven()


def test_two_despatch_advices_of_the_same_units(supplier):
    """Interleavings: of two that name all that is open one is taken; the same one twice is taken once."""
    for n, (order, of) in enumerate(ordered()):
        same = n % 2
        answers = at_once([advise(f"A{n}", of, 2), advise(f"A{n}" if same else f"B{n}", of, 2)])
        words = sorted(a.code if isinstance(a, Refused) else type(a).__name__ for a in answers)
        assert words == (["AdviceKnown", "DespatchAdvised"] if same else ["DespatchAdvised", "supplier-order-closed"])
        assert Order.objects.get(pk=int(order[2:])).shipped == 2
    proven()


def test_a_draft_placed_twice_at_once_is_one_order(supplier):
    """Met again and again."""
    whole = {"customer": "REUTER", "lines": [{"sku": "BRG-6204", "quantity": 1}]}
    for saved in save_drafts([SaveDraft(whole)] * TIMES, by=HANSE):
        answers = at_once([lambda d=saved.draft: place_drafts([PlaceDraft(d)], by=HANSE)[0]] * 2)
        assert sorted(a.code if isinstance(a, Refused) else type(a).__name__ for a in answers) == ["DraftPlaced", "draft-placed"]
    assert Order.objects.count() == Draft.objects.filter(order__isnull=False).count() == TIMES
    proven()
