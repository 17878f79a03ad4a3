"""The order desk and the floor against themselves: two hundred meetings of two or three who want the same.

Everybody is told what came of it, one of the outcomes that can be, and in the end `hanse verify` finds nothing.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from hanse.catalogue.keep_substitutes import KeepSubstitute, keep_substitutes
from hanse.edge import verify
from hanse.edge.give_back_exceptions import GiveBackException, give_back_exceptions
from hanse.edge.hand_on_exceptions import HandOnException, hand_on_exceptions
from hanse.edge.models import Ownership
from hanse.edge.take_exceptions import TakeException, take_exceptions
from hanse.fulfilment import planning
from hanse.fulfilment.answer_change import AnswerChange, answer_change
from hanse.fulfilment.models import Task
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.release import Release, release
from hanse.fulfilment.release_wave import ReleaseWave, release_wave
from hanse.fulfilment.start_tour import StartTour, start_tour
from hanse.inventory.count import Count, count
from hanse.inventory.expect import Expect, expect
from hanse.inventory.receive import Receive, receive
from hanse.journal.principals import HANSE
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.orders.accept_quotes import AcceptQuote, accept_quotes
from hanse.orders.answer_consent import AnswerConsent, answer_consent
from hanse.orders.cancel import Cancel, CancelLine, cancel
from hanse.orders.follow_supply import FollowSupply, follow_supply
from hanse.orders.hold import Hold, hold
from hanse.orders.make_quotes import MakeQuote, make_quotes
from hanse.orders.models import Allocation, Consent, Line, Occurrence, Order
from hanse.orders.pause_recurring import PauseRecurring, pause_recurring
from hanse.orders.place import Place, PlaceLine, place
from hanse.orders.place_due import PlaceDue, place_due
from hanse.orders.replan import Give, Replan, Take, replan
from hanse.orders.start_recurring import StartRecurring, start_recurring
from hanse.orders.substitute import Substitute, substitute
from tests.given import MONDAY
from tests.test_races import TIMES, at_once

pytestmark = pytest.mark.at_length
SKU = "BRG-6204"


@pytest.fixture
def company(lasting):
    """A customer, an item that is in stock at HAM, and people at the desk."""
    lasting.item(), lasting.site(), lasting.customer()
    for name in ("ina", "bob"):
        lasting.user(name, "order desk")
    receive([Receive("HAM", SKU, 10_000, "A-01")], by=HANSE)
    return lasting


def one(operation: Any, ask: Any, by: Any = HANSE, at: Any = MONDAY) -> Callable[[], Any]:
    """Somebody's ask, at a time of their own: what they are told, or why not."""

    def act() -> Any:
        with clock.standing_at(at):
            return operation([ask], by=by)[0]

    return act


def meet(*acts: Callable[[], Any]) -> list[Any]:
    return at_once(list(acts))


def kind(answer: Any) -> str:
    return answer.code if isinstance(answer, Refused) else type(answer).__name__


def kinds(answers: list[Any]) -> tuple[str, ...]:
    return tuple(map(kind, answers))


def orders(count: int, units: int = 2, sku: str = SKU) -> list[str]:
    return [placed.order for placed in place([Place("REUTER", (PlaceLine(sku, units),))] * count, by=HANSE)]


def standing(order: str) -> Order:
    return Order.objects.get(pk=int(order[2:]))


def proven() -> None:
    assert [(r.name, r.findings) for r in verify.run() if r.wrong] == []


def test_a_quote_accepted_twice_and_on_the_day_after_its_last_becomes_one_order(company):
    quotes = make_quotes([MakeQuote(Place("REUTER", (PlaceLine(SKU, 1),)), date(2026, 11, 20))] * TIMES, by=HANSE)
    for quote in quotes:
        ask = AcceptQuote(quote.quote)
        *in_time, late = kinds(meet(one(accept_quotes, ask), one(accept_quotes, ask), one(accept_quotes, ask, at=MONDAY + timedelta(days=6))))
        assert sorted(in_time) == ["QuoteAccepted", "quote-accepted"] and late in ("quote-expired", "quote-accepted")
    assert Order.objects.count() == TIMES
    proven()


def test_a_day_of_a_recurring_order_is_placed_once_or_not_at_all_once_it_is_paused(company):
    started = start_recurring([StartRecurring(Place("REUTER", (PlaceLine(SKU, 1),)), "FREQ=WEEKLY", MONDAY.date())] * TIMES, by=HANSE)
    for it in started:
        due = PlaceDue(it.recurring, MONDAY.date())
        *placed, paused = kinds(meet(one(place_due, due), one(place_due, due), one(pause_recurring, PauseRecurring(it.recurring))))
        assert paused == "RecurringPaused" and tuple(sorted(placed)) in {
            ("OccurrencePlaced", "occurrence-done"), ("OccurrencePlaced", "recurring-paused"), ("recurring-paused", "recurring-paused")}
    assert Order.objects.count() == Occurrence.objects.count()
    proven()


def test_an_exception_is_taken_by_one_and_handed_on_or_given_back_by_nobody_else(company):
    made = orders(TIMES)
    hold([Hold(order, "credit", "over the limit") for order in made], by=HANSE)
    for order in made:
        what = {"kind": "hold", "subject": f"{order}/credit"}
        ann, bob = kinds(meet(one(take_exceptions, TakeException(**what), by="ann"), one(take_exceptions, TakeException(**what), by="bob")))
        assert sorted((ann, bob)) == ["ExceptionTaken", "exception-owned"]
        owner = "ann" if ann == "ExceptionTaken" else "bob"
        handed, given = kinds(meet(
            one(hand_on_exceptions, HandOnException(**what, to="ina"), by=owner), one(give_back_exceptions, GiveBackException(**what), by=owner)))
        assert handed == "ExceptionHandedOn" and given in ("ExceptionGivenBack", "exception-owned")
    assert set(Ownership.objects.values_list("owner", flat=True)) == {"ina"} and Ownership.objects.count() == TIMES
    proven()


@pytest.mark.parametrize("other", ["release", "cancel"])
def test_a_plan_meets_the_floor_or_a_cancellation_and_is_done_whole_or_not_at_all(company, other):
    """The plan moves an order's units to another site while they are released, or cancelled: each unit is at one site, once."""
    company.site("LEI")
    receive([Receive("LEI", SKU, 10_000, "A-01")], by=HANSE)
    for order in orders(TIMES):
        found = Allocation.objects.select_related("site").get(order_id=int(order[2:]))
        plan = Replan((Give(found.pk, 2),), (Take(order, 1, "LEI" if found.site.code == "HAM" else "HAM", 2),))
        act = one(release, Release(order)) if other == "release" else one(cancel, Cancel(order))
        done, met = meet(one(replan, plan), act)
        assert kind(done) in ("AllocationsReplanned", "plan-expired") and kind(met) in ("OrderReleased", "UnitsCancelled")
        row = standing(order)
        assert row.reserved - row.freed == (2 if other == "release" else 0)
        if other == "release":
            assert {t.site for t in met.tasks} == {Allocation.objects.filter(order_id=row.pk).latest("id").site.code}
    proven()


def test_waiting_units_are_substituted_or_cancelled(company):
    company.item("A"), company.item("B")
    keep_substitutes([KeepSubstitute("A", "B", consent=False)], by=HANSE)
    receive([Receive("HAM", "B", 2 * TIMES, "A-01")], by=HANSE)
    for order in orders(TIMES, sku="A"):
        swapped, gone = kinds(meet(one(substitute, Substitute(order, 1, "B", 2)), one(cancel, Cancel(order, (CancelLine(1, 2),)))))
        assert (swapped, gone) in {("UnitsSubstituted", "units-bound"), ("order-closed", "UnitsCancelled"), ("not-waiting", "UnitsCancelled")}
        lines = sorted(Line.objects.filter(order_id=int(order[2:])).values_list("item__sku", "ordered", "cancelled", "reserved"))
        assert lines == ([("A", 2, 2, 0), ("B", 2, 0, 2)] if swapped == "UnitsSubstituted" else [("A", 2, 2, 0)])
    proven()


def test_a_question_is_answered_while_its_supply_slips_again_and_never_asked_twice_at_once(company):
    company.customer("ASKS", consent_days=3)
    skus = [f"LATE-{n}" for n in range(TIMES)]
    for sku in skus:
        company.item(sku)
    due = date(2026, 12, 1)
    slips = [[Expect(f"PO-{sku}", "HAM", sku, 2, due + timedelta(days=n)) for sku in skus] for n in (0, 10, 30)]
    expect(slips[0], by=HANSE)
    made = [placed.order for placed in place([Place("ASKS", (PlaceLine(sku, 2),)) for sku in skus], by=HANSE)]
    expect(slips[1], by=HANSE)
    assert sum(told.asked for told in follow_supply([FollowSupply(sku) for sku in skus], by=HANSE)) == TIMES
    expect(slips[2], by=HANSE)
    for n, (sku, order) in enumerate(zip(skus, made, strict=True)):
        said = ("agreed", "cancel", "free")[n % 3]
        answered, followed = kinds(meet(
            one(answer_consent, AnswerConsent(order, 1, said, "Ms Reuter" if said == "agreed" else "")), one(follow_supply, FollowSupply(sku))))
        assert (answered, followed) == ("ConsentAnswered", "SupplyFollowed")
        assert Consent.objects.filter(line__order_id=int(order[2:]), answer=None).count() == 0 or said == "agreed"
        assert standing(order).status == ("cancelled" if said == "cancel" else "placed")
    proven()


def test_a_tour_is_started_while_its_units_are_withdrawn(company):
    """The picker walks, and finds nothing left to pick; or the tour is done before he starts."""
    orders(TIMES)
    for _ in range(TIMES):
        [told] = release_wave([ReleaseWave("HAM", method="single", lines=1)], by=HANSE)
        planning.plan("HAM", told.wave, "single")
        task = Task.objects.get(wave_id=told.wave)
        [asked] = cancel([Cancel(f"H-{task.order_id}", (CancelLine(1, 2),), fallback="let-go")], by=HANSE)[0].asked
        started, done = kinds(meet(one(start_tour, StartTour("HAM", task.tour_id), by="ann"), one(answer_change, AnswerChange(asked.request, True))))
        assert started in ("TourStarted", "tour-done") and done == "ChangeAccepted"
    assert not Task.objects.filter(closed_at=None).exists()
    proven()


def test_an_order_is_in_a_wave_or_held_before(company):
    for _ in range(TIMES):
        [order] = orders(1)
        waved, held = kinds(meet(one(release_wave, ReleaseWave("HAM", method="single")), one(hold, Hold(order, "credit"))))
        released = Task.objects.filter(order_id=int(order[2:])).exists()
        assert held == "OrderHeld" and (waved == "WaveReleased") == released
        if not released:
            assert kinds([cancel([Cancel(order)], by=HANSE)[0]]) == ("UnitsCancelled",)
    proven()


@pytest.mark.parametrize("other", ["release", "pick", "place"])
def test_a_count_finds_less_than_was_promised_while_the_units_are_promised_released_or_picked(company, other):
    """Whoever comes first, what the count says is there is there, and nothing of it is promised twice."""
    for n in range(TIMES):
        company.item(f"C-{n}")
    receive([Receive("HAM", f"C-{n}", 5, "A-01") for n in range(TIMES)], by=HANSE)
    made = [placed.order for placed in place([Place("REUTER", (PlaceLine(f"C-{n}", 3),)) for n in range(TIMES)], by=HANSE)]
    tasks = [told.tasks[0].task for told in release([Release(order) for order in made], by=HANSE)] if other == "pick" else made
    for n, (order, task) in enumerate(zip(made, tasks, strict=True)):
        act = {"release": one(release, Release(order)), "pick": one(pick, Pick(task, 3) if other == "pick" else None), "place": one(place, Place("REUTER", (PlaceLine(f"C-{n}", 2),)))}[other]
        counted, met = meet(one(count, Count("HAM", f"C-{n}", 1, "A-01")), act)
        assert counted.counted == 1 and kind(met) in ("OrderReleased", "nothing-to-release", "UnitsPicked", "taken-out-of-range", "OrderPlaced"), met
        with connection.cursor() as cursor:
            cursor.execute("SELECT on_hand, reserved FROM inventory_stock s JOIN catalogue_item i ON i.id = s.item_id WHERE i.sku = %s", [f"C-{n}"])
            assert cursor.fetchone() == ((1, 0) if kind(met) == "UnitsPicked" else (1, 1))
    proven()
