"""Followers: each fact once, whole transactions only, nothing lost behind a slow one, poison parked."""

import psycopg
import pytest

from hanse.journal.follow import PARK_AFTER, FollowerSpec, follow
from hanse.journal.models import Follower, ParkedFact
from hanse.journal.principals import HANSE
from hanse.orders.place import Place, PlaceLine, place

SLOW = "INSERT INTO journal_event (kind, subject, body, happened_at, recorded_at, actor, operation) VALUES ('Slow', 's/1', '{}', now(), now(), 'x', 'x')"


@pytest.fixture
def company(lasting):
    lasting.item()
    lasting.customer()
    return lasting


def order():
    [told] = place([Place("REUTER", (PlaceLine("BRG-6204", 1),))], by=HANSE)
    return told.order


def test_each_fact_is_heard_once_in_order(company):
    heard = []
    spec = FollowerSpec("ear", ("OrderPlaced",), lambda facts: heard.extend(f.body["order"] for f in facts))
    first, second = order(), order()
    follow(spec)
    third = order()
    follow(spec)
    follow(spec)
    assert heard == [first, second, third]


def test_a_fact_of_a_slow_transaction_is_not_passed_over(company, database_urls):
    heard = []
    spec = FollowerSpec("ear", (), lambda facts: heard.extend(f.kind for f in facts))
    with psycopg.connect(database_urls[1]) as slow:
        slow.execute(SLOW)
        order()
        follow(spec)
        assert "Slow" not in heard and heard == []
        slow.commit()
    follow(spec)
    assert heard.count("Slow") == 1 and heard.count("OrderPlaced") == 1


def test_the_effect_and_the_watermark_are_one(company):
    def acts_then_falls(facts):
        order()
        raise RuntimeError("fell")

    spec = FollowerSpec("clumsy", ("OrderPlaced",), acts_then_falls)
    order()
    with pytest.raises(RuntimeError):
        follow(spec)
    from hanse.orders.models import Order

    assert Order.objects.count() == 1
    assert (Follower.objects.get(name="clumsy").failures, Follower.objects.get(name="clumsy").trouble) == (1, "fell")


def test_a_poison_fact_is_parked_and_the_rest_moves_on(company):
    heard, bad = [], order()
    good = order()

    def chokes(facts):
        for fact in facts:
            if fact.body["order"] == bad:
                raise RuntimeError("poison")
            heard.append(fact.body["order"])

    spec = FollowerSpec("picky", ("OrderPlaced",), chokes)
    for _ in range(PARK_AFTER - 1):
        with pytest.raises(RuntimeError):
            follow(spec)
    heard.clear()
    follow(spec)
    assert heard == [good]
    assert [(p.follower, p.trouble) for p in ParkedFact.objects.all()] == [("picky", "poison")]
    assert Follower.objects.get(name="picky").failures == 0


def test_a_large_transaction_is_read_in_parts(company, monkeypatch):
    monkeypatch.setattr("hanse.journal.follow.MOST_FACTS", 3)
    heard = []
    spec = FollowerSpec("slow reader", ("OrderPlaced",), lambda facts: heard.append([f.body["order"] for f in facts]))
    placed = place([Place("REUTER", (PlaceLine("BRG-6204", 1),))] * 7, by=HANSE)
    while follow(spec):
        pass
    assert heard == [[p.order for p in placed[n:n + 3]] for n in (0, 3, 6)]
