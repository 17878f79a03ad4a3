"""Replanning: the queue says how many, the plan says from where, at least cost and never dearer than the greedy answer."""

from datetime import date
from decimal import Decimal

import pytest

from hanse.orders.replanning import HANDLING, SPLIT, Costs, Job, Need, costs, greedy, groups_of, late, least, replan, stock_of
from hanse.orders.sourcing import Candidate

SOON, LATER = date(2026, 11, 17), date(2026, 11, 20)
HAM = Candidate(1, "HAM", SOON, Decimal(5), 100, 50)
LEI = Candidate(2, "LEI", LATER, Decimal(3), 300, 50)


def job(order, *needs, ways=(HAM, LEI), floor=()):
    return Job(order, needs, ways, frozenset(floor))


def need(line, open=0, item=1, held=None, value=1000, promise=None):
    return Need(line, item, open, held or {}, value, promise)


def total(jobs, plan):
    return sum(costs(j, plan).total for j in jobs)


def test_costs_are_freight_split_handling_and_lateness():
    it = job(1, need(10, 4, promise=SOON))
    assert costs(it, {(10, 1): 3, (10, 2): 1}) == Costs(freight=800, split=SPLIT, handling=2 * HANDLING, lateness=30)
    assert costs(it, {(10, 1): 4}) == Costs(freight=500, handling=HANDLING)


def test_a_site_that_ships_the_order_anyway_costs_no_freight():
    assert costs(job(1, need(10, 4), floor=(2,)), {(10, 2): 4}) == Costs(handling=HANDLING)


@pytest.mark.parametrize("promise, way, cents", [(SOON, HAM, 0), (SOON, LEI, 30), (LATER, LEI, 0), (None, LEI, 0)])
def test_lateness_counts_the_days_after_the_promise(promise, way, cents):
    assert late(need(1, 1, promise=promise), way) == cents


def test_an_order_moves_to_the_cheaper_site():
    jobs = [job(1, need(10, held={1: 4}))]
    found = replan(jobs, {(1, 2): 9}, 10)
    assert found.greedy == {(10, 1): 4} and found.better == {(10, 2): 4} and found.proven


def test_splits_are_undone_where_another_order_can_move_out_of_the_way():
    """solidusio/solidus#2122: no order uses more sites than it must."""
    only_ham = job(2, need(20, held={1: 2}, item=1), ways=(HAM, LEI))
    jobs = [only_ham, job(1, need(10, held={1: 2, 2: 2}, item=1))]
    found = replan(jobs, {(1, 2): 2}, 10)
    assert len([1 for (line, _), n in found.better.items() if line == 10 and n]) == 1
    assert total(jobs, found.better) < total(jobs, found.greedy)


def test_no_line_gets_fewer_or_more_and_no_site_gives_more_than_it_has():
    jobs = [job(n, need(n * 10, open=n, item=1 + n % 2), need(n * 10 + 1, held={1: n}, item=1)) for n in range(1, 8)]
    free = {(1, 1): 5, (1, 2): 9, (2, 1): 3, (2, 2): 4}
    found = replan(jobs, free, 10)
    stock = stock_of(jobs, free)
    items = {need.line: need.item for j in jobs for need in j.needs}
    for line in items:
        assert sum(n for (of, _), n in found.better.items() if of == line) == sum(n for (of, _), n in found.greedy.items() if of == line)
    for (item, site), there in stock.items():
        assert sum(n for (line, s), n in found.better.items() if s == site and items[line] == item) <= there
    assert total(jobs, found.better) <= total(jobs, found.greedy)
    assert all(costs(j, found.better).total >= least(j, found.better) for j in jobs)


def test_the_queue_says_who_gets_scarce_units():
    jobs = [job(1, need(10, 3)), job(2, need(20, 3))]
    assert greedy(jobs, {(1, 1): 4}) == {(10, 1): 3, (20, 1): 1}


def test_what_cannot_be_cheaper_is_not_given_to_the_solver():
    found = replan([job(1, need(10, 3), ways=(LEI,))], {(1, 2): 9}, 10)
    assert found.solved == 0 and found.better == found.greedy


def test_without_time_the_greedy_answer_stands():
    jobs = [job(1, need(10, held={1: 4}))]
    found = replan(jobs, {(1, 2): 9}, 0)
    assert found.better == found.greedy and not found.proven


def test_only_orders_that_want_the_same_scarce_stock_are_planned_together():
    jobs = [job(1, need(10, held={1: 2}, item=1)), job(2, need(20, held={1: 2}, item=1)), job(3, need(30, held={1: 1}, item=2))]
    plan = greedy(jobs, {})
    assert [[j.order for j in g] for g in groups_of(jobs, plan, {(1, 1): 4, (1, 2): 1, (2, 1): 5, (2, 2): 5})] == [[1, 2], [3]]
    assert [[j.order for j in g] for g in groups_of(jobs, plan, {(1, 1): 9, (1, 2): 9, (2, 1): 5, (2, 2): 5})] == [[1], [2], [3]]
