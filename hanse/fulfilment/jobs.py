"""What the floor does by itself: units that were cancelled or freed leave the pick tasks at once."""

from collections.abc import Sequence

from hanse.journal.follow import Told, follower
from hanse.journal.principals import HANSE

from .withdraw import Withdraw, withdraw


@follower("fulfilment: withdraw pick tasks", "UnitsCancelled", "UnitsFreed", "OrderChanged")
def withdraw_unwanted(facts: Sequence[Told]) -> None:
    """Shrink or close the tasks of orders that lost units; orders without such tasks are left alone."""
    withdraw([Withdraw(order) for order in dict.fromkeys(fact.body["order"] for fact in facts)], by=HANSE)
