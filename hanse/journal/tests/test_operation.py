"""`@operation`: once per key, whole or not at all, granted, dry, retried, journalled."""

import threading

import psycopg
import pytest
from django.db import OperationalError, connection, connections

from hanse.journal.events import json_of
from hanse.journal.models import Event, Request
from hanse.journal.operation import OPERATIONS, Busy, KeyInProgress, KeyReused, NotGranted, Operation
from hanse.journal.operation import Request as Asked
from hanse.journal.principals import HANSE, Principal, grants_of
from hanse.kernel.refused import Refused
from hanse.orders.allocate import Allocate, allocate
from hanse.orders.models import Order
from hanse.orders.place import Place, PlaceLine, place
from tests.given import statements


def one(quantity=1, ref=""):
    return Place("REUTER", (PlaceLine("BRG-6204", quantity),), ref=ref)


@pytest.fixture
def company(given):
    given.item()
    given.customer()
    return given


def test_the_same_key_with_another_body_is_refused(company):
    place([one()], by="ann", key="k")
    with pytest.raises(KeyReused):
        place([one(2)], by="ann", key="k")
    assert Order.objects.count() == 1


def test_a_refusal_leaves_nothing_and_may_be_tried_again(company):
    [no] = place([Place("NOBODY", (PlaceLine("BRG-6204", 1),))], by="ann", key="k")
    assert isinstance(no, Refused) and Request.objects.count() == 0 and Event.objects.count() == 0
    company.customer("NOBODY")
    [yes] = place([Place("NOBODY", (PlaceLine("BRG-6204", 1),))], by="ann", key="k")
    assert not isinstance(yes, Refused)


def test_a_mixed_batch_keeps_its_answers_for_the_key(company):
    first = place([one(), Place("NOBODY", (PlaceLine("GONE", 1),))], by="ann", key="k")
    again = place([one(), Place("NOBODY", (PlaceLine("GONE", 1),))], by="ann", key="k")
    assert again[0] == first[0] and (again[1].code, again[1].errors) == (first[1].code, first[1].errors)


def test_a_dry_run_answers_and_changes_nothing(company):
    [told] = place([one()], by="ann", dry_run=True)
    assert told.total == 10 and Order.objects.count() == 0 and Event.objects.count() == 0


def test_who_has_no_grant_does_nothing(company):
    with pytest.raises(NotGranted):
        place([one()], by="eve")
    company.user("ina", "order desk")
    [told] = place([one()], by="ina")
    assert not isinstance(told, Refused)
    with pytest.raises(ValueError, match="principal"):
        place([one()], by="")


def test_ending_a_grant_works_from_the_next_call(company):
    user = company.user("ina", "order desk")
    place([one()], by="ina")
    user.groups.clear()
    with pytest.raises(NotGranted):
        place([one()], by="ina")


@pytest.mark.parametrize("scopes, operation, may", [
    (["order desk"], "orders.place", True), (["order desk"], "fulfilment.pick", False), (["read"], "orders.place", False),
    (["orders.cancel"], "orders.cancel", True), (["orders.cancel"], "orders.place", False), (["all"], "billing.invoice", True),
])  # fmt: skip
def test_scopes_are_roles_areas_or_operations(scopes, operation, may):
    assert Principal("key", grants_of(scopes)).may(operation) is may


def test_every_accepted_ask_is_one_entry_with_who_and_both_times(company):
    place([one(ref="A"), one(ref="A"), one(ref="B")], by="ann", key="k")
    told = Event.objects.filter(kind="OrderPlaced")
    assert [(e.actor, e.key, e.operation) for e in told] == [("ann", "k", "orders.place")] * 2
    assert all(e.recorded_at and e.happened_at and e.subject.startswith("order/H-") for e in told)


def test_an_operation_answers_every_ask():
    silent = Operation(type("f", (), {"__call__": lambda *_: [], "__name__": "forgets", "__module__": "hanse.journal.forgets"})())
    del OPERATIONS["journal.forgets"]
    with pytest.raises(AssertionError, match="answered 0 of 1"):
        silent._answer([Asked([1], HANSE)], None, object())


def test_twenty_twins_with_one_key_make_one_order(lasting):
    lasting.item()
    lasting.customer()
    answers, troubles = [], []

    def send():
        try:
            answers.append(place([one()], by=HANSE, key="twin")[0])
        except KeyInProgress as trouble:
            troubles.append(trouble)
        finally:
            connections.close_all()

    twins = [threading.Thread(target=send) for _ in range(20)]
    for twin in twins:
        twin.start()
    for twin in twins:
        twin.join()
    assert Order.objects.count() == 1 and len({a.order for a in answers}) == 1 and len(answers) + len(troubles) == 20


@pytest.mark.parametrize("held, trouble", [
    ("INSERT INTO journal_request (operation, key, request_hash, recorded_at) VALUES ('orders.allocate', 'k', '', now())", KeyInProgress),
    ("SELECT 1 FROM orders_order FOR UPDATE", Busy)])
def test_who_waits_for_rows_does_not_hear_that_his_key_is_in_use(lasting, database_urls, monkeypatch, held, trouble):
    """The claim of a key and the lock of its orders are one statement; what it waited for too long is told apart."""
    lasting.item()
    lasting.customer()
    [placed] = place([one()], by=HANSE)
    monkeypatch.setattr("hanse.journal.operation.TRIES", 1)
    with psycopg.connect(database_urls[0]) as other, connection.cursor() as cursor:
        other.execute(held)
        cursor.execute("SET lock_timeout = '50ms'")
        with pytest.raises(trouble):
            allocate([Allocate(placed.order)], by=HANSE, key="k")
        other.rollback()
        cursor.execute("RESET lock_timeout")
    [told] = allocate([Allocate(placed.order)], by=HANSE, key="k")
    assert told.waiting


def test_the_query_an_operation_begins_with_goes_with_the_claim_of_a_lone_key(company):
    [a], [b] = place([one()], by=HANSE), place([one()], by=HANSE)
    with statements() as alone:
        allocate([Allocate(a.order)], by=HANSE, key="a")
    with statements() as together:
        allocate.run([Asked([Allocate(b.order)], HANSE, "b"), Asked([Allocate(a.order)], HANSE, "c")])
    lock = [["FROM orders_order" in sql and "NO KEY UPDATE" in sql for sql in sent if "SAVEPOINT" not in sql] for sent in (alone, together)]
    assert [[n for n, it in enumerate(locks) if it] for locks in lock] == [[0], [2]]


def test_a_deadlock_is_retried_whole(lasting, database_urls, monkeypatch):
    lasting.item()
    lasting.customer()
    tries = []
    real = Operation._answer

    def stumbles(self, fresh, now, cursor):
        tries.append(1)
        if len(tries) < 3:
            with connection.cursor() as other:
                other.execute("DO $$ BEGIN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END $$")
        return real(self, fresh, now, cursor)

    monkeypatch.setattr(Operation, "_answer", stumbles)
    [told] = place([one()], by=HANSE, key="k")
    assert len(tries) == 3 and Order.objects.count() == 1 and not isinstance(told, Refused)


def test_the_servers_role_may_neither_change_nor_delete_the_journal(company, database_urls):
    with psycopg.connect(database_urls[1], autocommit=True) as app:
        for sql in ("UPDATE journal_event SET actor = 'x'", "DELETE FROM journal_event", "UPDATE inventory_movement SET quantity = 1"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(sql)


def test_a_request_whose_transaction_was_lost_is_done_when_it_comes_again(lasting):
    """The connection breaks when the answers are known and not yet committed; they must not be taken for true."""
    lasting.item(), lasting.customer()
    requests = [Asked([one(ref=ref)], HANSE, ref) for ref in ("1", "2")]

    def cut(execute, sql, params, many, context):
        if "INSERT INTO journal_event" in sql:
            context["connection"].connection.close()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(cut), pytest.raises(OperationalError):
        place.run(requests)
    connection.close()
    assert Order.objects.count() == 0
    for request in requests:
        place.run([request])
    assert [r.answers[0].order for r in requests] == [f"H-{id}" for id in Order.objects.order_by("id").values_list("id", flat=True)]
    assert Order.objects.count() == Request.objects.count() == 2


def test_an_answer_that_is_given_again_is_the_same_to_the_byte(company):
    """Also what is free-form in it, such as why a site was chosen."""
    company.stocked(company.item("SHAFT-12"), company.site(), 5)
    order = place([Place("REUTER", (PlaceLine("SHAFT-12", 2),), reserve="later")], by="ann")[0].order
    first = allocate([Allocate(order)], by="ann", key="k")
    assert [json_of(a) for a in allocate([Allocate(order)], by="ann", key="k")] == [json_of(a) for a in first]
    assert first[0].why["candidates"]


def test_the_numbers_an_operation_needs_come_with_the_claim_of_its_key(company):
    with statements() as sent:
        [a, b, no] = place([one(), one(), Place("NOBODY", (PlaceLine("BRG-6204", 1),))], by=HANSE, key="k")
    assert not [sql for sql in sent if "nextval(s.found)" in sql]
    assert int(b.order[2:]) == int(a.order[2:]) + 1 and [len(x.lines) for x in (a, b)] == [1, 1] and isinstance(no, Refused)
    with statements() as again:
        assert place([one(), one(), Place("NOBODY", (PlaceLine("BRG-6204", 1),))], by=HANSE, key="k")[:2] == [a, b]
    assert [sql for sql in again if "journal_request" in sql or "nextval" in sql] == again[1:3]


def test_callers_that_share_a_transaction_draw_each_their_own(company):
    requests = place.run([Asked([one(), one()], HANSE, "a"), Asked([one()], HANSE, None), Asked([one()], HANSE, "b")])
    orders = [answer.order for r in requests for answer in r.answers]
    assert len(set(orders)) == 4 == Order.objects.count()


def test_what_follows_is_told_by_who_asked_and_never_by_who_was_refused(db):
    """Several callers share a transaction: the facts beside an answer go by its subject."""
    from hanse.journal.run import Run
    from hanse.kernel import clock
    from hanse.kernel.refused import refuse
    from hanse.orders.events import HoldReleased

    fields = dict.fromkeys(HoldReleased.__dataclass_fields__, "")
    one, two = (HoldReleased(**fields | {"order": number}) for number in ("H-1", "H-2"))
    run = Run("x", clock.now(), [("ann", "refused"), ("ben", "one"), ("eve", "two")])
    run._told = [(two, None), (one, None)]
    answered = [(a, o) for a, o in zip([refuse("reason-missing"), one, two], run.owners, strict=True) if a in (one, two)]
    assert [owner for _, owner in run._owned(answered)] == [("eve", "two"), ("ben", "one")]
