"""The rules of billing: exact shares, and the three-way comparison."""

import itertools
from decimal import Decimal

import pytest
from hypothesis import given as example
from hypothesis import strategies as st

from hanse.billing.rules import Amounts, accepted, received, share, three_way

MINOR = {"JPY": Decimal(1), "EUR": Decimal("0.01"), "KWD": Decimal("0.001")}


def test_the_vector_of_the_domain():
    """Ordered 100 at 10.00, received 98, invoiced 100 at 10.20: 40.00 too much, 20.00 by quantity and 20.00 by price."""
    off = three_way(accepted=98, invoiced=100, order_price=Decimal("10.00"), invoice_price=Decimal("10.20"))
    assert (off.quantity, off.price, off.quantity + off.price) == (Decimal("20.00"), Decimal("20.00"), Decimal("40.00"))


@pytest.mark.parametrize("rule, known, units", [("shipment", None, 4), ("shipment", 3, 3), ("order", None, 10), ("order", 0, 0)])
def test_an_invoice_is_held_against_what_is_known_best(rule, known, units):
    assert accepted(rule, ordered=10, shipped=4, received=known) == units


@pytest.mark.parametrize("shipped, delivered, lost, sent_back, known", [(4, 4, 0, 0, 4), (4, 2, 1, 1, 2), (4, 2, 0, 0, None), (0, 0, 0, 0, None)])
def test_what_was_received_is_known_when_nothing_is_on_its_way(shipped, delivered, lost, sent_back, known):
    assert received(shipped=shipped, delivered=delivered, lost=lost, sent_back=sent_back) == known


@st.composite
def lines(draw):
    """A line's amounts in minor units of some currency, its units, and how they are cut into documents."""
    unit = MINOR[draw(st.sampled_from(sorted(MINOR)))]
    whole = Amounts(*(draw(st.integers(0, 10**9)) * unit for _ in range(3)))
    of = draw(st.integers(1, 500))
    cuts = draw(st.lists(st.integers(0, of), max_size=12))
    return unit, whole, of, sorted({0, *cuts, of})


@example(lines())
def test_any_invoices_of_a_line_add_up_to_it(line):
    unit, whole, of, cuts = line
    parts = [share(whole, of, a, b - a, unit) for a, b in itertools.pairwise(cuts)]
    assert sum(parts, Amounts()) == whole
    assert all(amount >= 0 and amount % unit == 0 for p in parts for amount in (p.net, p.freight, p.tax))


@example(lines())
def test_any_credits_of_an_invoice_from_its_end_add_up_to_it(line):
    """Credits look at the invoice's own amounts; unit by unit they are the shares the order froze."""
    unit, whole, of, cuts = line
    credits = [share(whole, of, a, b - a, unit) for a, b in itertools.pairwise(cuts)][::-1]
    assert sum(credits, Amounts()) == whole
    first = share(whole, of, 0, cuts[1], unit)
    units = [share(first, cuts[1], k, 1, unit) for k in range(cuts[1])]
    assert units == [share(whole, of, k, 1, unit) for k in range(cuts[1])]
