"""A world lives by the real operations in a real database: the same seed is the same history, a stop leaves no trace, and all is proven."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import psycopg
import pytest

from hanse.world.branches import Branch, copied, twin
from hanse.world.described import text_of

from .aside import lived, outcome

SMALL = text_of("web-shop").replace("people = 900", "people = 30").replace("people = 60", "people = 10").replace("orders_per_day = 42.0", "orders_per_day = 9.0").replace("mispick = 0.004", "mispick = 0.2")

COMPLAINED_AGAIN = "SELECT order_id FROM transport_receivingadvice GROUP BY order_id HAVING count(*) > 1"


@pytest.fixture(scope="module")
def empty(database_urls):
    """A database in which nothing was done yet."""
    owner, app = database_urls
    with copied(app, owner) as branch:
        yield branch


def otherwise(branch: Branch) -> None:
    """Let the database answer every question of a branch by other plans than it would."""
    with psycopg.connect(branch.owner, autocommit=True) as connection:
        for way in ("hashjoin", "hashagg", "mergejoin", "incremental_sort"):
            connection.execute(f"ALTER DATABASE {branch.name} SET enable_{way} = off")


def in_a_process(branch: Branch, *given, act=lived):
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        return processes.submit(act, branch, *given).result()


def test_the_same_seed_is_the_same_history_also_where_a_run_was_stopped_and_went_on_and_whatever_plans_the_database_makes(empty):
    with twin(empty) as one, twin(empty) as other:
        otherwise(other)
        journal, found, told = in_a_process(one, SMALL, 5, [4])
        with psycopg.connect(one.owner) as connection:
            assert connection.execute(COMPLAINED_AGAIN).fetchall() == [], "who got something wrong says so once"
        again, _, _ = in_a_process(other, SMALL, 5, [1, 2, 4])
    assert journal == again
    assert found == []
    assert {"OrderPlaced", "TourStarted", "UnitsPicked", "CartonPacked", "ParcelHandedOver", "TrackingRecorded", "ParcelDelivered", "InvoiceIssued", "ReceivingAdviceTaken", "OrderAssessed", "DayEnded"} <= set(told)


def test_asks_that_come_together_are_answered_as_if_each_came_by_itself(empty):
    """No ask of a batch takes what was read for another: neither its lane nor its customer's terms, nor its price."""
    with twin(empty) as one, twin(empty) as other:
        together, singly = (in_a_process(branch, SMALL, 3, 4, apart, act=outcome) for branch, apart in ((one, False), (other, True)))
    assert len(together) > 60 and together == singly


def test_a_run_that_was_stopped_within_a_day_loses_nothing_and_does_nothing_twice(empty):
    """What somebody would have done at the moment of the stop they do after it; nobody orders, bills or counts twice."""
    with twin(empty) as one, twin(empty) as other:
        _, _, told = in_a_process(one, SMALL, 6, [1, 3])
        _, found, stopped = in_a_process(other, SMALL, 6, [1.45, 1.48, 1.7, 3])
    assert found == []
    assert stopped["OrderPlaced"] == told["OrderPlaced"] and stopped["DayEnded"] == told["DayEnded"]
    assert abs(stopped["ParcelDelivered"] - told["ParcelDelivered"]) <= 3 and stopped.get("TourStarted", 0) > 0
