"""Verdicts on real orders: what was known when, what it rests on, and the days that add up to it."""

from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from hanse.billing.credit import Credit, credit
from hanse.billing.invoice import Invoice, invoice
from hanse.fulfilment.tests.floor import packed
from hanse.journal.follow import Told
from hanse.kernel import clock
from hanse.orders.cancel import Cancel, CancelLine, cancel
from hanse.orders.change import Change, change
from hanse.orders.models import Order
from hanse.partners.models import Contact, Party
from hanse.perfect_order.assess import Assess, assess
from hanse.perfect_order.carriers import period_scorecards as carriers_of_period
from hanse.perfect_order.events import NothingNewFound
from hanse.perfect_order.jobs import hear, judge_what_is_due
from hanse.perfect_order.models import Day, DayCause, Verdict
from hanse.transport.answer_claim import AnswerClaim, answer_claim
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.models import Claim
from hanse.transport.open_claim import OpenClaim, open_claim
from hanse.transport.record_proof import RecordProof, record_proof
from hanse.transport.tests.road import carriers, on_its_way


@pytest.fixture
def at(given):
    """Sets the clock to a moment (UTC), until the test is over."""
    with ExitStack() as stack:
        yield lambda *moment: stack.enter_context(clock.standing_at(datetime(*moment, tzinfo=UTC)))


@pytest.fixture
def sent(given):
    """Five units for Tuesday, handed over on Monday."""
    return on_its_way(given)


def known(order: str) -> Verdict:
    return Verdict.objects.get(order_id=int(order[2:]), known_to__isnull=True)


def judged(order: str):
    [answer] = assess([Assess(order)], by="ann")
    return answer


def counts(**where) -> tuple[int, int, int]:
    return Day.objects.filter(**where).values_list("due", "perfect", "imperfect").get()


def delivered(sent, **told) -> None:
    record_proof([RecordProof(sent.parcel, **({"receiver": "F. Reuter", "received": 5} | told))], by="ann")


def test_an_order_delivered_and_billed_as_promised_is_perfect(sent, given):
    delivered(sent)
    invoice([Invoice(sent.order)], by="ann")
    answer = judged(sent.order)
    it = known(sent.order)
    assert [v.perfect for v in answer.verdicts] == [True] and it.perfect is True and it.state == "provisional"
    assert (it.right_place, it.right_product, it.in_time, it.right_customer, it.right_invoice, it.right_documents) == (True,) * 6
    assert it.found["lines"][0]["product"]["shows"] and (it.site, it.carrier, it.skus) == ("HAM", "UPS", ["BRG-6204"])
    assert counts(by="all") == (1, 1, 0) and counts(by="carrier", key="UPS") == (1, 1, 0) and counts(by="item", key="BRG-6204") == (1, 1, 0)
    assert judged(sent.order) == NothingNewFound(sent.order)
    assert given.told("OrderAssessed") == [answer]


def test_what_has_no_evidence_yet_waits(sent):
    assert judged(sent.order) == NothingNewFound(sent.order)
    delivered(sent)
    [told] = judged(sent.order).verdicts
    assert (told.perfect, told.state) == (None, "open") and known(sent.order).right_invoice is None
    assert counts(by="all") == (1, 0, 0)


def test_what_has_not_come_by_its_day_is_late_and_the_day_says_so(sent, at):
    due = Order.objects.get().first_promised_on
    at(due.year, due.month, due.day, 23, 30)
    [told] = judged(sent.order).verdicts
    assert (told.perfect, told.failed) == (False, ("time",))
    assert known(sent.order).state == "provisional" and counts(by="all") == (1, 0, 1)


def test_a_late_delivery_is_the_carriers_if_it_left_in_time(sent, at):
    due = Order.objects.get().first_promised_on
    delivered(sent, at=datetime(due.year, due.month, due.day, 12, tzinfo=UTC) + timedelta(days=2))
    at(due.year, due.month, due.day + 3, 8)
    judged(sent.order)
    it = known(sent.order)
    assert it.causes == {"time": ["transit delay", "carrier"]}
    assert sum(Decimal(str(p["hours"])) for p in it.found["late"]) == it.hours_late > 24
    [cause] = DayCause.objects.all()
    assert (cause.condition, cause.cause, cause.owner, cause.failures, cause.first, cause.alone) == ("time", "transit delay", "carrier", 1, 1, 1)


def test_a_late_hand_over_is_not_the_carriers(given, at):
    carriers()
    given.customer(), given.stocked(given.item(), given.site(), 5)
    order = given.order(("BRG-6204", 5))
    due = Order.objects.get().first_promised_on
    at(due.year, due.month, due.day + 1, 9)
    carton = packed(order)
    [sent] = hand_over([HandOver(carton.carton, "UPS")], by="ann")
    delivered(sent, at=datetime(due.year, due.month, due.day + 1, 20, tzinfo=UTC))
    at(due.year, due.month, due.day + 1, 21)
    judged(order)
    assert known(order).causes["time"][1] == "warehouse"
    assert "carrier" not in {p["owner"] for p in known(order).found["late"]}


def test_received_by_somebody_else_and_short_fails_twice_and_has_one_cause_each(sent, given):
    Contact.objects.create(party=Party.objects.get(code="REUTER"), name="Fritz Reuter", may_receive=True)
    delivered(sent, receiver="M. Muster", received=4)
    invoice([Invoice(sent.order)], by="ann")
    [told] = judged(sent.order).verdicts
    assert set(told.failed) == {"product", "customer"}
    assert known(sent.order).causes == {"product": ["mis-pack", "warehouse"], "customer": ["unauthorised receiver", "carrier"]}
    assert {(c.condition, c.first, c.alone) for c in DayCause.objects.all()} == {("product", 1, 0), ("customer", 0, 0)}


def test_a_verdict_becomes_final_and_a_billing_error_reopens_it_and_what_was_reported_can_be_reported_again(sent, given, at):
    delivered(sent)
    [bill] = invoice([Invoice(sent.order)], by="ann")
    judged(sent.order)
    reported_at = clock.now()
    first = known(sent.order)
    at(2026, 12, 28, 9)
    judged(sent.order)
    assert known(sent.order).state == "final" and known(sent.order).perfect
    at(2026, 12, 29, 9)
    credit([Credit(bill.invoice, "wrong price")], by="ann")
    [told] = judged(sent.order).verdicts
    assert (told.state, told.perfect, told.failed) == ("reopened", False, ("invoice",))
    assert counts(by="all") == (1, 0, 1) and Day.objects.get(by="all").net_imperfect == Day.objects.get(by="all").net > 0
    then = Verdict.objects.filter(known_from__lte=reported_at).exclude(known_to__lte=reported_at).get()
    assert then.pk == first.pk and then.perfect is True
    assert Verdict.objects.count() == 3


def test_a_final_verdict_is_reopened_by_a_claim_and_again_by_its_answer(sent, at):
    delivered(sent)
    invoice([Invoice(sent.order)], by="ann")
    judged(sent.order)
    [filed] = open_claim([OpenClaim(sent.parcel, "damage", evidence="photo 12")], by="ann")
    [told] = judged(sent.order).verdicts
    assert (told.state, told.perfect) == ("open", None)
    answer_claim([AnswerClaim(filed.claim, "declined", reason="packed badly")], by="ann")
    judged(sent.order)
    at(2026, 12, 28, 9)
    judged(sent.order)
    assert (known(sent.order).state, known(sent.order).perfect) == ("final", True)
    Claim.objects.update(state="filed", decided_at=None, reason="")
    [told] = judged(sent.order).verdicts
    assert (told.state, told.perfect) == ("reopened", None)
    answer_claim([AnswerClaim(filed.claim, "paid")], by="ann")
    at(2026, 12, 28, 10)
    [told] = judged(sent.order).verdicts
    assert (told.state, told.perfect, known(sent.order).causes) == ("reopened", False, {"product": ["damaged", "carrier"]})
    at(2026, 12, 29, 9)
    judged(sent.order)
    assert (known(sent.order).state, known(sent.order).perfect) == ("final", False)


def test_a_claim_for_a_parcel_is_heard_for_every_order_in_it(given):
    from hanse.fulfilment.consolidate import Consolidate, consolidate

    carriers()
    given.customer(), given.stocked(given.item(), given.site(), 5)
    outer, inner = (packed(given.order(("BRG-6204", n), ref=str(n))) for n in (2, 3))
    consolidate([Consolidate(inner.carton, outer.carton)], by="ann")
    [gone] = hand_over([HandOver(outer.carton, "UPS")], by="ann")
    record_proof([RecordProof(gone.parcel, receiver="F.", received=5)], by="ann")
    [filed] = open_claim([OpenClaim(gone.parcel, "damage", evidence="photo 12")], by="ann")
    [paid] = answer_claim([AnswerClaim(filed.claim, "paid")], by="ann")
    hear([Told(1, 1, "ClaimAnswered", f"order/{paid.order}", {"order": paid.order, "parcel": paid.parcel}, clock.now(), clock.now(), "UTC", "ann", "", None)])
    assert [known(c.order).right_product for c in (outer, inner)] == [False, False]


def test_units_that_we_cancelled_are_a_stock_out_and_the_customers_own_are_left_out(given):
    carriers()
    given.customer(), given.stocked(given.item(), given.site(), 5)
    ours, theirs = given.order(("BRG-6204", 5), ref="A"), given.order(("BRG-6204", 2), ref="B")
    cancel([Cancel(ours, (CancelLine(1, 1),), "out of stock", by_customer=False), Cancel(theirs, reason="changed his mind")], by="ann")
    [told] = judged(ours).verdicts
    assert told.failed == ("product",) and known(ours).causes == {"product": ["stock-out", "inventory"]}
    assert judged(theirs) == NothingNewFound(theirs)


def test_what_the_customer_cancels_after_its_day_counts_no_more(given, at):
    given.customer(), given.stocked(given.item(), given.site(), 5)
    order = given.order(("BRG-6204", 5))
    due = Order.objects.get().first_promised_on
    at(due.year, due.month, due.day + 1, 9)
    judged(order)
    assert counts(by="all") == (1, 0, 1)
    cancel([Cancel(order, reason="too late")], by="ann")
    judged(order)
    assert known(order).state == "void" and counts(by="all") == (0, 0, 0)


def test_lines_with_days_of_their_own_are_commitments_of_their_own(given):
    from hanse.orders.models import Line

    carriers()
    given.customer()
    site = given.site()
    for sku in "AB":
        given.stocked(given.item(sku), site, 5)
    order = given.order(("A", 1), ("B", 1))
    Line.objects.filter(position=2).update(first_promised_on=date(2026, 12, 24))
    carton = packed(order)
    [sent] = hand_over([HandOver(carton.carton, "UPS")], by="ann")
    delivered(sent, received=2)
    invoice([Invoice(order)], by="ann")
    judged(order)
    assert Verdict.objects.filter(known_to__isnull=True, perfect=True).count() == 2
    assert Day.objects.filter(by="all", due=1, perfect=1).count() == 2


@pytest.mark.parametrize("by_customer, due, perfect", [(True, 19, True), (False, 17, False)])
def test_a_new_day_that_the_customer_asked_for_is_the_basis_and_ours_never_is(given, at, by_customer, due, perfect):
    """The customer's own wish, agreed by us, supersedes what was first promised; a later day of ours does not, whoever agrees."""
    carriers()
    given.customer()
    given.stocked(given.item(), given.site(), 5)
    order = given.order(("BRG-6204", 5))
    assert Order.objects.get().first_promised_on == date(2026, 11, 17)
    change([Change(order, promised_on=date(2026, 11, 19), agreed_by="Ms Reuter", by_customer=by_customer)], by="ann")
    carton = packed(order)
    [gone] = hand_over([HandOver(carton.carton, "UPS")], by="ann")
    delivered(gone, at=datetime(2026, 11, 19, 10, tzinfo=UTC))
    invoice([Invoice(order)], by="ann")
    at(2026, 11, 19, 11)
    judged(order)
    it = known(order)
    assert (it.due_on, it.in_time, it.perfect) == (date(2026, 11, due), perfect, perfect)
    assert counts(by="all") == (1, int(perfect), int(not perfect))
    [card] = carriers_of_period(date(2026, 11, due), date(2026, 11, due))
    assert card.measured("promise").value == float(perfect)


def test_what_was_counted_for_the_first_day_is_counted_once_for_the_new_one(given, at):
    """Half of the order has come and is damaged: judged at once. Then the customer asks for another day for it."""
    carriers()
    given.customer()
    given.stocked(given.item(), given.site(), 5)
    order = given.order(("BRG-6204", 9))
    due = Order.objects.get().first_promised_on
    at(2026, 11, 16, 9)
    carton = packed(order)
    [gone] = hand_over([HandOver(carton.carton, "UPS")], by="ann")
    delivered(gone, condition="crushed")
    judged(order)
    assert known(order).due_on == due and counts(by="all", due=1) == (1, 0, 1)
    change([Change(order, promised_on=date(2026, 12, 1), by_customer=True)], by="ann")
    judged(order)
    assert [(v.due_on, v.state) for v in Verdict.objects.filter(known_to__isnull=True).order_by("due_on")] == [(due, "void"), (date(2026, 12, 1), "provisional")]
    assert [tuple(row) for row in Day.objects.filter(by="all", due__gt=0).values_list("due_on", "due", "imperfect")] == [(date(2026, 12, 1), 1, 1)]


def test_what_the_customer_asks_for_when_it_is_late_already_heals_nothing(given, at):
    carriers()
    given.customer()
    given.stocked(given.item(), given.site(), 5)
    order = given.order(("BRG-6204", 5))
    at(2026, 11, 18, 9)
    change([Change(order, promised_on=date(2026, 11, 25), by_customer=True)], by="ann")
    assert judge_what_is_due(date(2026, 11, 18)) == 1
    it = known(order)
    assert (it.due_on, it.in_time) == (date(2026, 11, 17), False)


def test_an_unknown_order_is_refused(given):
    [answer] = assess([Assess("H-999")], by="ann")
    assert answer.code == "order-unknown"


def test_a_batch_of_orders_takes_a_handful_of_statements(given, at):
    from tests.given import statements

    carriers()
    given.customer(), given.stocked(given.item(), given.site(), 100)
    orders = [given.order(("BRG-6204", 1), ref=str(n)) for n in range(20)]
    at(2026, 12, 24, 9)
    with statements() as sent:
        answers = assess([Assess(o) for o in orders], by="ann")
    assert len(answers) == 20 and len(sent) <= 14
    assert counts(by="all") == (20, 0, 20)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM perfect_order_verdict WHERE perfect IS NOT FALSE")
        assert cursor.fetchone() == (0,)


def test_what_went_out_over_or_stayed_under_as_agreed_is_perfect(given):
    from hanse.fulfilment.pack import Pack, pack
    from hanse.fulfilment.pick import Pick, pick
    from hanse.fulfilment.tests.floor import released

    carriers()
    given.customer(over_percent=10, under_percent=10, bills_over=True), given.stocked(given.item(), given.site(), 21)
    over, under = given.order(("BRG-6204", 10), ref="1"), given.order(("BRG-6204", 10), ref="2")
    [more], [less] = released(over), released(under)
    pick([Pick(more.task, 11)], by="ann"), pick([Pick(less.task, 9, "bin empty")], by="ann")
    for carton, units in zip(pack([Pack(over), Pack(under)], by="ann"), (11, 9), strict=True):
        [sent] = hand_over([HandOver(carton.carton, "UPS")], by="ann")
        delivered(sent, received=units)
    invoice([Invoice(over), Invoice(under)], by="ann")
    for order in (over, under):
        [told] = judged(order).verdicts
        assert (told.perfect, told.failed) == (True, ()), known(order).found


def test_two_orders_in_one_parcel_keep_their_own_verdicts(given):
    from hanse.fulfilment.consolidate import Consolidate, consolidate

    carriers()
    given.customer(), given.stocked(given.item(), given.site(), 5)
    outer, inner = (packed(given.order(("BRG-6204", n), ref=str(n))) for n in (2, 3))
    consolidate([Consolidate(inner.carton, outer.carton)], by="ann")
    [sent] = hand_over([HandOver(outer.carton, "UPS")], by="ann")
    record_proof([RecordProof(sent.parcel, receiver="F.")], by="ann")
    invoice([Invoice(outer.order)], by="ann")
    assert [judged(c.order).verdicts[0].perfect for c in (outer, inner)] == [True, None]


def test_orders_whose_parcels_left_in_turns_are_judged_by_all_of_theirs(given):
    carriers()
    given.customer()
    site = given.site()
    for sku in "AB":
        given.stocked(given.item(sku), site, 20)
    orders = [given.order(("A", 1), ("B", 1), ref=str(n)) for n in range(2)]
    from hanse.fulfilment.pack import Pack, PackLine, pack
    from hanse.fulfilment.tests.floor import picked

    for order in orders:
        picked(order)
    for line in (1, 2):
        for order in orders:
            [carton] = pack([Pack(order, contents=(PackLine(line, 1),))], by="ann")
            [sent] = hand_over([HandOver(carton.carton, "UPS")], by="ann")
            record_proof([RecordProof(sent.parcel, receiver="F.", received=1)], by="ann")
    invoice([Invoice(order) for order in orders], by="ann")
    assert [v.perfect for a in assess([Assess(order) for order in orders], by="ann") for v in a.verdicts] == [True, True]
