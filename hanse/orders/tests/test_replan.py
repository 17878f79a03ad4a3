"""Replan: a plan of sites is done whole or not at all, with its explanation; `hanse allocate --all` makes and does it."""

import json
from decimal import Decimal

import pytest
from click.testing import CliRunner

from hanse.edge import verify
from hanse.edge.reallocate import command
from hanse.kernel.refused import Refused
from hanse.network.models import Lane
from hanse.orders.free import Bound
from hanse.orders.models import Allocation, Line, Order
from hanse.orders.place import Place, PlaceLine, place
from hanse.orders.replan import Give, Known, Replan, Take, decide, replan
from hanse.orders.replan import Line as PlanLine


def known():
    return Known(
        {7: Bound(7, 1, 10, 5, "BRG", 1, "HAM", 4)}, {("H-1", 1): PlanLine(10, 1, 1, 5, "BRG", 2, []), ("H-2", 1): PlanLine(20, 2, 1, 5, "BRG", 9, ["fraud"])},
        {"HAM": 1, "LEI": 2}, {(5, 1): 0, (5, 2): 5})


@pytest.mark.parametrize("ask, told", [
    (Replan((Give(7, 4),), (Take("H-1", 1, "LEI", 4),)), ""),
    (Replan((), (Take("H-1", 1, "LEI", 2),)), ""),
    (Replan((), (Take("H-1", 1, "LEI", 3),)), "plan-expired"),
    (Replan((Give(7, 5),), (Take("H-1", 1, "LEI", 5),)), "plan-expired"),
    (Replan((Give(7, 4),), (Take("H-1", 1, "LEI", 6),)), "plan-expired"),
    (Replan((), (Take("H-1", 1, "HAM", 1),)), "plan-expired"),
    (Replan((Give(8, 1),), (Take("H-1", 1, "LEI", 1),)), "allocation-unknown"),
    (Replan((), (Take("H-1", 2, "LEI", 1),)), "line-unknown"),
    (Replan((), (Take("H-1", 1, "OSL", 1),)), "site-unknown"),
    (Replan((), (Take("H-2", 1, "LEI", 1),)), "on-hold"),
])
def test_a_plan_is_done_whole_or_not_at_all(ask, told):
    [answer] = decide([ask], known())
    assert (answer.code if isinstance(answer, Refused) else "") == told


def test_later_plans_see_what_earlier_ones_took():
    asks = [Replan((Give(7, 4),), (Take("H-1", 1, "LEI", 4),))] * 2
    assert [isinstance(a, Refused) for a in decide(asks, known())] == [False, True]


# -- on the database ------------------------------------------------------------------------------------------------------


def company(given):
    """Goods lie in HAM, which is nearer, and in LEI, from where the way costs much less."""
    item, near, far = given.item(), given.site("HAM"), given.site("LEI", lanes={"DE": 2})
    Lane.objects.filter(site=far).update(cost=Decimal("1.00"))
    given.customer()
    given.stocked(item, near, 10)
    given.stocked(item, far, 10)
    [placed] = place([Place("REUTER", (PlaceLine("BRG-6204", 4, unit_price=Decimal("0.10")),))], by="ann")
    return item, near, far, placed.order


def ask(*words):
    result = CliRunner().invoke(command, ["--all", "--json", "--seconds", "10", *words], standalone_mode=False)
    assert result.exception is None, result.exception
    return json.loads(result.output), result.return_value


def sound():
    return [f for result in verify.run() for f in result.findings]


def test_it_says_what_it_would_change_and_changes_nothing(given):
    item, near, far, order = company(given)
    told, code = ask("--dry-run")
    assert told["takes"] == [[order, 1, "LEI", 4]] and told["given_back"] == 4 and code == 0
    assert told["before"]["total"] > told["after"]["total"] and told["before"]["freight"] == 500 and told["after"]["freight"] == 100
    assert (given.free(item, near), given.free(item, far)) == ((10, 4), (10, 0))


def test_it_does_the_plan_and_keeps_why(given):
    item, near, far, _ = company(given)
    told, code = ask("--yes")
    assert (told["done"], told["refused"], code) == (1, 0, 0)
    assert (given.free(item, near), given.free(item, far)) == ((10, 0), (10, 4))
    why = given.told("UnitsAllocated")[-1].why
    assert (why["policy"], why["winner"]) == ("least cost", ["LEI"]) and why["cents"]["freight"] == 100
    assert Line.objects.get().promised_on == Allocation.objects.latest("id").promised_on and sound() == []
    assert ask("--yes")[0]["takes"] == []


def test_open_units_are_allocated_and_units_on_the_floor_stay(given):
    item, near, far, _ = company(given)
    Allocation.objects.update(released=4)
    place([Place("REUTER", (PlaceLine("BRG-6204", 3),), reserve="later")], by="ann")
    told, _ = ask("--yes")
    assert told["given_back"] == 0 and told["reserved"] == 3
    assert [o.reserved - o.freed for o in Order.objects.order_by("id")] == [4, 3] and given.free(item, near)[1] + given.free(item, far)[1] == 7


def test_a_plan_that_met_a_moved_world_is_refused_whole_and_a_retry_says_the_same(given):
    item, _, far, order = company(given)
    plan = Replan((Give(Allocation.objects.get().pk, 4),), (Take(order, 1, "LEI", 4),))
    [told] = replan([plan], by="ann", key="k")
    assert replan([plan], by="ann", key="k") == [told] and sound() == []
    [no] = replan([plan], by="ann")
    assert no.code == "plan-expired" and given.free(item, far) == (10, 4)


def test_it_asks_before_it_does(given):
    company(given)
    result = CliRunner().invoke(command, ["--all"], input="n\n", standalone_mode=False)
    assert "Do it?" in result.output and "BRG-6204 leave HAM" in result.output and "from LEI" in result.output
    assert not given.told("AllocationsReplanned")
