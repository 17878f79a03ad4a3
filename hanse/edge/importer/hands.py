"""Hands: batches of orders, several worked on at once, each kept or, on a dry run, undone."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connection, transaction

from .orders import Brought, Orders
from .placing import Outcome

MOST_ORDERS, MOST_LINES = 500, 4_000
"""A batch of orders is closed at either."""


@contextmanager
def undone() -> Iterator[None]:
    """Everything within is undone: what a dry run is made of."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def batches(orders: Orders) -> Iterator[list[Brought]]:
    """Orders in batches, in the order in which they are read."""
    batch: list[Brought] = []
    lines = 0
    for order in orders:
        batch.append(order)
        lines += len(order.lines)
        if len(batch) >= MOST_ORDERS or lines >= MOST_LINES:
            yield batch
            batch, lines = [], 0
    if batch:
        yield batch


def at_once(
    hands: int, waiting: Iterator[list[Brought]], bring: Callable[[int, list[Brought]], list[Outcome]], settle: Callable[[list[Outcome]], None],
) -> None:
    """Bring batches in, several at a time; settled in the order they were read."""
    if hands == 1:
        for nr, batch in enumerate(waiting):
            settle(bring(nr, batch))
        return

    def in_its_turn(nr: int, batch: list[Brought]) -> list[Outcome]:
        try:
            return bring(nr, batch)
        finally:
            connection.close()

    with ThreadPoolExecutor(hands, "import") as pool:
        running: deque[Future[list[Outcome]]] = deque()
        for nr, batch in enumerate(waiting):
            running.append(pool.submit(in_its_turn, nr, batch))
            if len(running) > hands:
                settle(running.popleft().result())
        while running:
            settle(running.popleft().result())
