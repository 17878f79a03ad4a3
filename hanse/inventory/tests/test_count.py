"""Counting: the difference is a movement, and what is promised cannot be counted away."""

from hanse.inventory import models
from hanse.inventory.count import Count, count
from hanse.inventory.ledger import Reserve, reserve
from hanse.inventory.models import Movement, Serial
from hanse.inventory.receive import Receive, receive


def test_a_count_while_goods_arrive(given):
    """Scenario S12: expected is what is there when the count is booked; 3 counted stay 3."""
    p1, p2, site = given.item("P1"), given.item("P2"), given.site()
    given.stocked(p1, site, 1)
    given.stocked(p2, site, 2500)
    receive([Receive(site.code, "P1", 1), Receive(site.code, "P2", 1300)], by="ann")
    before = Movement.objects.count()
    first, second = count([Count(site.code, "P1", 3, "A-01"), Count(site.code, "P2", 3800, "A-01")], by="ann")
    assert (first.expected, first.counted) == (2, 3) and (second.expected, second.counted) == (3800, 3800)
    [found] = Movement.objects.order_by("id")[before:]
    assert (found.item, found.quantity, found.source.kind, found.target.kind) == (p1, 1, "missing", "bin")
    assert given.free(p1, site) == (3, 0)
    count([Count(site.code, "P1", 0, "A-01"), Count(site.code, "P2", 0, "A-01")], by="ann")
    assert given.free(p1, site) == given.free(p2, site) == (0, 0)
    assert given.stock() == {"missing": 2 + 3800}
    assert models.Count.objects.count() == 4


def test_what_is_reserved_cannot_be_counted_away(given):
    item, site = given.item(), given.site()
    given.stocked(item, site, 10)
    with given.run() as run:
        reserve(run, [Reserve(item.pk, site.pk, 8)])
    no, counted = count([Count(site.code, item.sku, 7, "A-01"), Count(site.code, item.sku, 8, "A-01", reason="broken")], by="ann")
    assert no.said() == "8 of BRG-6204 at HAM are reserved for orders. Free them first, then book this."
    assert counted.said() == "8 BRG-6204 counted in A-01 at HAM, 2 less than expected"
    assert given.free(item, site) == (8, 8)
    assert Movement.objects.order_by("-id")[0].reason == "broken"


def test_an_empty_bin_may_be_counted_and_something_found(given):
    item, site = given.item(), given.site()
    empty, found = count([Count(site.code, item.sku, 0, "A-01"), Count(site.code, item.sku, 2, "A-01")], by="ann")
    assert (empty.expected, found.expected) == (0, 0) and given.free(item, site) == (2, 0)


def test_serials_are_counted_one_by_one(given):
    item, site = given.item("PHONE", tracking="serial"), given.site()
    receive([Receive(site.code, "PHONE", 3, serials=("S1", "S2", "S3"))], by="ann")
    [counted] = count([Count(site.code, "PHONE", 3, "A-01", serials=("S1", "S2", "S9"))], by="ann")
    assert (counted.found, counted.lost) == (("S9",), ("S3",))
    assert dict(Serial.objects.filter(item=item).values_list("code", "account__kind")) == {"S1": "bin", "S2": "bin", "S3": "missing", "S9": "bin"}
    [again] = count([Count(site.code, "PHONE", 4, "A-01", serials=("S1", "S2", "S3", "S9"))], by="ann")
    assert again.found == ("S3",) and given.free(item, site) == (4, 0)


def test_the_same_key_counts_once(given):
    item, site = given.item(), given.site()
    first = count([Count(site.code, item.sku, 2, "A-01")], by="ann", key="k")
    assert count([Count(site.code, item.sku, 2, "A-01")], by="ann", key="k") == first
    assert models.Count.objects.count() == 1


def test_a_count_and_reservations_at_once_never_oversell(lasting):
    """Counting down to what is reserved races with reserving: whoever comes second is told no, and nothing breaks."""
    from concurrent.futures import ThreadPoolExecutor

    from django.db import IntegrityError, connections

    item, site = lasting.item(), lasting.site()
    lasting.stocked(item, site, 10)

    def act(n: int) -> str:
        try:
            if n % 2:
                [answer] = count([Count(site.code, item.sku, 5, "A-01")], by="ann")
                return getattr(answer, "code", "counted")
            with lasting.run() as run:
                reserve(run, [Reserve(item.pk, site.pk, 3)])
            return "reserved"
        except IntegrityError:
            return "oversold"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(act, range(8)))
    on_hand, reserved = lasting.free(item, site)
    assert reserved == 3 * outcomes.count("reserved") <= on_hand
    assert on_hand == (5 if "counted" in outcomes else 10)
