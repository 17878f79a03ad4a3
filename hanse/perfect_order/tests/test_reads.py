"""What periods tell: from the days and from the verdicts the same, now and as known then; the orders behind each figure."""

from datetime import UTC, date, datetime, timedelta

import pytest

from hanse.billing.invoice import Invoice, invoice
from hanse.fulfilment.tests.floor import packed
from hanse.journal.follow import FOLLOWERS, follow
from hanse.kernel import clock
from hanse.perfect_order import reads
from hanse.perfect_order.assess import Assess, assess
from hanse.perfect_order.jobs import judge_what_is_due
from hanse.perfect_order.models import Verdict
from hanse.perfect_order.reads import KEYS, Period
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.record_proof import RecordProof, record_proof
from hanse.transport.tests.road import carriers

LATER = datetime(2026, 11, 20, 9, tzinfo=UTC)


def month(**chosen) -> Period:
    return Period(date(2026, 11, 1), date(2026, 11, 30), **chosen)


@pytest.fixture
def four(given):
    """Four orders for Tuesday: one perfect, one late, one short and not billed, one that never left."""
    carriers()
    given.customer(), given.customer("ANNA"), given.stocked(given.item(), given.site(), 20)
    placed = [given.order(("BRG-6204", 5), ref=str(n), customer="ANNA" if n == 1 else "REUTER") for n in range(4)]
    sent = [hand_over([HandOver(packed(order).carton, "UPS" if n else "USPS")], by="ann")[0] for n, order in enumerate(placed[:3])]
    for n, parcel in enumerate(sent):
        record_proof([RecordProof(parcel.parcel, at=clock.now() + timedelta(days=1 + 2 * (n == 1)), receiver="F.", received=5 - (n == 2))], by="ann")
    invoice([Invoice(order) for order in placed[:2]], by="ann")
    with clock.standing_at(LATER):
        assess([Assess(order) for order in placed], by="ann")
    return placed


def test_the_days_tell_the_share_its_bounds_and_each_condition(four):
    it = reads.headline(month())
    assert (it.due, it.perfect, it.imperfect, it.pending) == (4, 1, 3, 0)
    assert (it.resolved, it.low, it.high) == (0.25, 0.25, 0.25)
    assert {c.condition: (c.yes, c.no, c.open) for c in it.conditions} == {
        "place": (3, 0, 1), "product": (2, 1, 1), "time": (2, 2, 0), "customer": (3, 0, 1), "invoice": (2, 0, 2), "documents": (3, 0, 1)}
    assert it.product_of_rates == pytest.approx(2 / 3 * 2 / 4)


@pytest.mark.parametrize("by", ["all", "customer", "site", "carrier", "lane", "channel", "item"])
def test_days_and_verdicts_tell_the_same(four, by):
    now = {x.key: x for x in reads.shares(month(), by)}
    then = {x.key: x for x in reads.shares(month(as_of=LATER), by)}
    assert now == then and (now or by == "channel")


def test_weeks_and_causes_tell_the_same_from_both(four):
    assert reads.weeks(month()) == reads.weeks(month(as_of=LATER)) != []
    assert reads.causes(month()) == reads.causes(month(as_of=LATER))
    assert {(c.cause, c.owner, c.failures, c.first, c.alone) for c in reads.causes(month())} == {
        ("transit delay", "carrier", 1, 1, 1), ("not sent yet", "warehouse", 1, 1, 1), ("mis-pack", "warehouse", 1, 1, 1)}


def test_each_figure_opens_its_orders(four):
    def behind(limit: int = 10, chosen: Period | None = None, **wanted) -> list[str]:
        return [x.order for x in reads.orders(chosen or month(), limit, **wanted)]

    assert set(behind()) == set(four) and behind(answer="perfect") == four[:1]
    assert set(behind(answer="not perfect")) == set(four[1:]) and behind(condition="product", cause="mis-pack") == [four[2]]
    assert behind(chosen=month(customer="ANNA")) == [four[1]] and behind(chosen=month(carrier="USPS")) == [four[0]] and behind(sku="NONE") == []
    first = reads.orders(month(), 3)
    assert behind(before=(first[-1].due_on, first[-1].id)) == [o for o in reversed(four) if o not in {x.order for x in first}]


def test_one_customers_share_comes_from_its_verdicts(four):
    assert reads.headline(month(customer="ANNA")).imperfect == 1 and reads.headline(month(customer="NOBODY")).due == 0


def test_what_was_reported_then_is_reported_again(four):
    with clock.standing_at(LATER + timedelta(days=1)):
        invoice([Invoice(four[2])], by="ann")
        assess([Assess(four[2])], by="ann")
    [invoices] = [c for c in reads.headline(month()).conditions if c.condition == "invoice"]
    [before] = [c for c in reads.headline(month(as_of=LATER)).conditions if c.condition == "invoice"]
    assert (invoices.yes, before.yes) == (3, 2)
    assert [v.truths["invoice"] for v in reads.verdicts(four[2], history=True)] == [None, True]
    assert [v.truths["invoice"] for v in reads.verdicts(four[2], as_of=LATER)] == [None]


def test_a_verdict_tells_every_finding_with_what_shows_it(four):
    [it] = reads.verdicts(four[1])
    assert it.perfect is False and it.causes == {"time": ["transit delay", "carrier"]}
    assert it.found["lines"][0]["time"]["why"].endswith("came late.") and it.found["late"][0]["owner"] == "carrier"
    assert set(KEYS) >= {"all", "week"}


def test_facts_are_heard_and_days_that_pass_are_judged(lasting):
    carriers()
    lasting.customer(), lasting.stocked(lasting.item(), lasting.site(), 20)
    sent, waits = lasting.order(("BRG-6204", 5), ref="1"), lasting.order(("BRG-6204", 5), ref="2")
    [parcel] = hand_over([HandOver(packed(sent).carton, "UPS")], by="ann")
    record_proof([RecordProof(parcel.parcel, receiver="F.", received=5)], by="ann")
    invoice([Invoice(sent)], by="ann")
    while follow(FOLLOWERS["perfect-order"]):
        pass
    assert [v.perfect for v in reads.verdicts(sent)] == [True] and reads.verdicts(waits) == []
    with clock.standing_at(LATER):
        assert judge_what_is_due() == 1 and judge_what_is_due() == 0
    assert reads.verdicts(waits)[0].truths["time"] is False
    with clock.standing_at(LATER + timedelta(days=60)):
        assert judge_what_is_due() == 1 and judge_what_is_due() == 0
    assert {v.order_id: v.state for v in Verdict.objects.filter(known_to__isnull=True)} == {int(sent[2:]): "final", int(waits[2:]): "provisional"}
