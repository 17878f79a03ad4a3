"""A pick is undone before its units leave the tote: the bin has them again, and the task is open anew."""

from dataclasses import replace

import pytest

from hanse.fulfilment.models import PickedSerial, Task
from hanse.fulfilment.pack import Pack, pack
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.tests.floor import released
from hanse.fulfilment.undo_pick import Answered, UndoPick, decide, undo_pick
from hanse.inventory.receive import Receive, receive
from hanse.kernel.refused import Refused
from hanse.web.words import in_words

TASK = Answered(7, 1, 2, 1, 3, 4, "BRG-6204", 1, "HAM", 5, "A-01", 6, "", 3, 0, False, "released", "", None, None, None, [])


@pytest.mark.parametrize("task, told", [
    (TASK, "3 BRG-6204 back in A-01: the pick was undone"),
    (replace(TASK, taken=None), "This pick cannot be undone: nothing was booked for it yet."),
    (replace(TASK, taken=0), "This pick cannot be undone: nothing was taken."),
    (replace(TASK, kept=1), "This pick cannot be undone: units of it have left the tote."),
    (replace(TASK, over=True), "This pick cannot be undone: units beyond the order were taken along."),
    (replace(TASK, lot="L1", lot_status="held"), "This pick cannot be undone: lot L1 was stopped meanwhile."),
    (replace(TASK, supplier="MAYER"), "There is no pick task 7."),
    (None, "There is no pick task 7."),
])
def test_what_still_lies_in_the_tote_can_be_undone(task, told):
    assert [in_words(a) for a in decide([UndoPick(7)], {7: task} if task else {}, [9])] == [told]


def test_a_batch_undoes_a_pick_once():
    first, second = decide([UndoPick(7), UndoPick(7)], {7: TASK}, [9, 10])
    assert first.new_task == 9 and isinstance(second, Refused)


def test_the_bin_has_the_units_again_and_they_are_picked_anew(given):
    item, site = given.item(), given.site()
    given.customer(), given.stocked(item, site, 5)
    order = given.order(("BRG-6204", 5))
    [task] = released(order)
    pick([Pick(task.task, 5)], by="ann")
    [undone] = undo_pick([UndoPick(task.task, "wrong tote")], by="ann", key="u")
    assert given.stock() == {"bin": 5} and given.free(item, site) == (5, 5)
    assert undo_pick([UndoPick(task.task, "wrong tote")], by="ann", key="u") == [undone] and Task.objects.count() == 2
    [again] = undo_pick([UndoPick(task.task)], by="ann")
    assert again.code == "pick-final"
    pick([Pick(undone.new_task, 5)], by="ann")
    assert given.stock() == {"tote": 5} and given.free(item, site) == (0, 0)
    pack([Pack(order)], by="ann")
    [late] = undo_pick([UndoPick(undone.new_task)], by="ann")
    assert late.code == "pick-final" and given.told("PickUndone") == [undone]


def test_serials_are_free_for_others_again_and_what_was_short_stays_so(given):
    given.item("S", tracking="serial"), given.site(), given.customer()
    receive([Receive("HAM", "S", 3, "A-01", serials=("S1", "S2", "S3"))], by="ann")
    [task] = released(given.order(("S", 3)))
    pick([Pick(task.task, 2, "damaged", serials=("S1", "S2"))], by="ann")
    [undone] = undo_pick([UndoPick(task.task)], by="ann")
    assert (undone.quantity, undone.serials) == (2, ("S1", "S2")) and not PickedSerial.objects.exists()
    assert given.stock() == {"bin": 2, "missing": 1}
    pick([Pick(undone.new_task, 2, serials=("S2", "S1"))], by="ann")
    assert given.stock() == {"tote": 2, "missing": 1}


def test_on_a_tour_it_has_its_turn_again(given):
    given.item(), given.customer()
    given.stocked(given.item("B"), given.site(), 5)
    order = given.order(("B", 2))
    from hanse.fulfilment import planning
    from hanse.fulfilment.release_wave import ReleaseWave, release_wave

    [wave] = release_wave([ReleaseWave("HAM", method="single")], by="ann")
    planning.plan("HAM", wave.wave, "single")
    task = Task.objects.get(order_id=int(order[2:]))
    pick([Pick(task.pk, 2)], by="ann")
    [undone] = undo_pick([UndoPick(task.pk)], by="ann")
    new = Task.objects.get(pk=undone.new_task)
    assert (new.tour_id, new.stop, new.wave_id) == (task.tour_id, task.stop, task.wave_id) and new.tour_id
