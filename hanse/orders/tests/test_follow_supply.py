"""Supply that moves: promises follow it, customers agree where their terms say so, and no supply is promised twice."""

from datetime import UTC, date, datetime, timedelta

import pytest

from hanse.edge import attention, verify
from hanse.inventory.expect import Expect, expect
from hanse.journal.follow import FOLLOWERS, follow
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.orders import jobs  # noqa: F401 - registers the follower
from hanse.orders.answer_consent import AnswerConsent, Asked, answer_consent
from hanse.orders.answer_consent import decide as decide_answers
from hanse.orders.follow_supply import FollowSupply, Terms, Waits, decide, follow_supply
from hanse.orders.models import Consent, Line, Order, Peg, Promise
from hanse.orders.place import Place, PlaceLine, place
from hanse.orders.reserving import OpenLine

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
WAS = date(2026, 11, 20)


def waits(arrives_on, consent_days=None, agreed_on=WAS, promised_on=WAS):
    at = OpenLine(70, 7, 5, "BRG", 4, 50, NOW, "DE", "", None, None, promised_on, None)
    return Waits(at, Terms(70, 1, agreed_on, consent_days, False), arrives_on)


@pytest.mark.parametrize("it, moves, asks", [
    (waits(date(2026, 11, 20)), False, False),
    (waits(date(2026, 11, 18)), False, False),
    (waits(None), False, False),
    (waits(date(2026, 11, 24)), True, False),
    (waits(date(2026, 11, 24), consent_days=5), True, False),
    (waits(date(2026, 11, 26), consent_days=5), True, True),
    (waits(date(2026, 11, 21), consent_days=0), True, True),
    (waits(date(2026, 11, 26), consent_days=5, agreed_on=date(2026, 11, 22)), True, False),
    (waits(date(2026, 11, 24), consent_days=0, promised_on=date(2026, 11, 10)), False, False),
    (waits(date(2026, 11, 24), consent_days=0, promised_on=None), False, False),
])
def test_a_promise_moves_only_when_broken_and_consent_is_asked_beyond_what_the_terms_allow(it, moves, asks):
    moved, asked = decide([it], NOW)
    assert (bool(moved), bool(asked)) == (moves, asks)


ASKED = Asked(1, 7, 70, 1, "BRG", 4, WAS, date(2026, 11, 26))


@pytest.mark.parametrize("asks, told", [
    ([AnswerConsent("H-7", 1, "agreed", "Ms Reuter")], [""]),
    ([AnswerConsent("H-7", 1, "agreed")], ["values-refused"]),
    ([AnswerConsent("H-7", 1, "cancel")], [""]),
    ([AnswerConsent("H-7", 2, "free")], ["nothing-asked"]),
    ([AnswerConsent("H-7", 1, "free"), AnswerConsent("H-7", 1, "cancel")], ["", "nothing-asked"]),
])
def test_a_question_is_answered_once_and_who_agrees_is_named(asks, told):
    assert [a.code if isinstance(a, Refused) else "" for a in decide_answers(asks, {("H-7", 1): ASKED})] == told


# -- on the database ------------------------------------------------------------------------------------------------------


def preordered(given, units=8, inbound=10, consent_days=None, safety_share=None):
    """An item without stock that is on its way, and an order that waits for it."""
    given.item()
    given.site()
    given.customer(consent_days=consent_days)
    due = clock.now().date() + timedelta(days=14)
    expect([Expect("PO-1", "HAM", "BRG-6204", inbound, due, safety_share=safety_share)], by="ann")
    [placed] = place([Place("REUTER", (PlaceLine("BRG-6204", units),))], by="ann")
    return placed.order, due


def slip(due):
    expect([Expect("PO-1", "HAM", "BRG-6204", due_on=due)], by="ann")
    return follow_supply([FollowSupply("BRG-6204")], by="ann")[0]


def sound():
    return [f for result in verify.run() for f in result.findings]


def test_a_pre_order_is_promised_the_day_its_supply_reaches_the_customer(given):
    _, due = preordered(given)
    line = Line.objects.get()
    assert line.promised_on > due and line.first_promised_on == line.promised_on == line.order.promised_on
    [told] = given.told("PromiseMoved")
    assert told.said() == f"BRG-6204 first promised for {line.promised_on}: its supply has a day"
    assert line.promises.get().at == line.first_promised_at, "a first promise is kept as every later one is"


def test_a_pre_order_never_has_more_than_the_open_quantity_less_its_safety_share(given):
    preordered(given, units=10, inbound=10, safety_share=15)
    assert Peg.objects.get().quantity == 8
    assert Line.objects.get().promised_on is None


def test_two_pre_orders_never_share_a_unit_of_supply(given):
    preordered(given, units=8, inbound=10)
    place([Place("REUTER", (PlaceLine("BRG-6204", 8),))], by="ann")
    assert [p.quantity for p in Peg.objects.order_by("id")] == [8, 2]
    assert [line.promised_on is None for line in Line.objects.order_by("id")] == [False, True]


def test_supply_that_slips_moves_the_promise_and_the_first_stays_on_record(given):
    order, due = preordered(given)
    first = Line.objects.get().promised_on
    told = slip(due + timedelta(days=10))
    line = Line.objects.get()
    assert (told.waiting, told.moved, told.asked) == (1, 1, 0)
    assert line.promised_on > due + timedelta(days=10) and line.first_promised_on == first
    assert Order.objects.get().promised_on == line.promised_on
    assert [(p.was_on, p.reason) for p in Promise.objects.order_by("id")] == [(None, "its supply has a day"), (first, "supply comes later")]
    assert [m.order for m in given.told("PromiseMoved")] == [order] * 2 and sound() == []


def test_supply_that_comes_earlier_moves_no_promise(given):
    _, due = preordered(given)
    first = Line.objects.get().promised_on
    assert slip(due - timedelta(days=5)).moved == 0
    assert Line.objects.get().promised_on == first


def test_less_supply_leaves_later_orders_without_it(given):
    preordered(given, units=8, inbound=10)
    expect([Expect("PO-1", "HAM", "BRG-6204", 3)], by="ann")
    follow_supply([FollowSupply("BRG-6204")], by="ann")
    assert Peg.objects.get().quantity == 3


def test_supply_announced_after_the_order_is_pegged_and_promised(lasting):
    lasting.item()
    lasting.site()
    lasting.customer()
    place([Place("REUTER", (PlaceLine("BRG-6204", 5),))], by="ann")
    assert Line.objects.get().promised_on is None
    expect([Expect("PO-1", "HAM", "BRG-6204", 10, clock.now().date() + timedelta(days=7))], by="ann")
    follow(FOLLOWERS["orders: follow supply"])
    assert Peg.objects.get().quantity == 5 and Line.objects.get().first_promised_on is not None


def test_a_customer_is_asked_when_the_slip_is_longer_than_his_terms_allow_and_stands_among_the_exceptions(given):
    order, due = preordered(given, consent_days=3)
    assert slip(due + timedelta(days=10)).asked == 1
    [need] = [n for n in attention.needs(attention.KINDS, clock.now().date()) if n.kind in ("consent", "moved")]
    assert (need.kind, need.order) == ("consent", order)
    slip(due + timedelta(days=20))
    assert Consent.objects.get().promised_on == Line.objects.get().promised_on


def test_who_agrees_is_on_record_and_the_exception_goes(given):
    order, due = preordered(given, consent_days=3)
    slip(due + timedelta(days=7))
    [told] = answer_consent([AnswerConsent(order, 1, "agreed", "Ms Reuter")], by="ann", key="k")
    assert told.answer == "agreed" and Promise.objects.latest("id").agreed_by == "Ms Reuter"
    assert [n for n in attention.needs(attention.KINDS, clock.now().date()) if n.kind in ("consent", "moved")] == []
    assert answer_consent([AnswerConsent(order, 1, "agreed", "Ms Reuter")], by="ann", key="k") == [told]
    assert slip(due + timedelta(days=9)).asked == 0


def test_a_refused_day_cancels_the_units_where_the_customer_says_so(given):
    order, due = preordered(given, consent_days=3)
    slip(due + timedelta(days=10))
    answer_consent([AnswerConsent(order, 1, "cancel")], by="ann")
    assert Order.objects.get().status == "cancelled" and not Peg.objects.exists() and sound() == []


def test_a_refused_day_frees_the_units_of_the_late_supply_and_they_wait_for_other_stock(given):
    order, due = preordered(given, consent_days=3)
    slip(due + timedelta(days=10))
    answer_consent([AnswerConsent(order, 1, "free")], by="ann")
    assert not Peg.objects.exists() and Order.objects.get().status == "placed"
    slip(due + timedelta(days=12))
    assert not Peg.objects.exists()


def test_the_desk_notes_the_answer_on_a_form(given):
    import re

    from django.contrib.auth.models import User
    from django.test import Client

    order, due = preordered(given, consent_days=3)
    slip(due + timedelta(days=10))
    given.user("ina", "order desk")
    desk = Client()
    desk.force_login(User.objects.get(username="ina"))
    assert f"/orders/{order}/consent" in desk.get("/exceptions").content.decode()
    page = desk.get(f"/orders/{order}/consent").content.decode()
    form = dict(re.findall(r'name="(key|line)" value="(\w+)"', page))
    assert desk.post(f"/orders/{order}/consent", form | {"answer": "agreed"}).status_code == 422
    assert desk.post(f"/orders/{order}/consent", form | {"answer": "agreed", "agreed_by": "Ms Reuter", "key": form["key"] + "2"}).status_code == 302
    assert Consent.objects.get().answer == "agreed"


def test_the_api_notes_answers(given, caller):
    order, due = preordered(given, consent_days=3)
    slip(due + timedelta(days=10))
    [told] = caller("order desk").post("/consents/batch", [{"order": order, "line": 1, "answer": "cancel"}]).json()
    assert told["told"] == "ConsentAnswered"
