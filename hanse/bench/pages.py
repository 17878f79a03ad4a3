"""Pages: a process that reads what the board and the order page show, and tells what it cost.

`python -m hanse.bench.pages` reads jobs, one JSON object a line: the page and the orders to look at.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from hanse.bench import cpu  # noqa: E402
from hanse.bench.hands import _tell  # noqa: E402
from hanse.edge.order import order_view  # noqa: E402
from hanse.orders import reads  # noqa: E402

VIEWS: list[dict[str, Any]] = [{"view": "open"}, {"view": "all", "sort": "newest"}, {"view": "late"}, {"view": "all", "sort": "newest", "customer": "C7"}]
"""What the board is asked in turn: what is open by promise, the newest, the late ones, one customer's."""


def board(nr: int, number: str) -> None:
    """One page of the board."""
    reads.board(**VIEWS[nr % len(VIEWS)])


def order_page(nr: int, number: str) -> None:
    """One order with all that areas know of it."""
    if order_view(number) is None:
        raise RuntimeError(f"there is no {number}")


READS: dict[str, Callable[[int, str], None]] = {"board": board, "order_page": order_page}


def main() -> None:
    """Read pages until the input ends. Each is read once before, so that what is measured is warm."""
    sent = [0]

    def count(execute: Callable[..., Any], *words: Any) -> Any:
        sent[0] += 1
        return execute(*words)

    connection.execute_wrappers.append(count)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [backend] = cursor.fetchone()
    for line in sys.stdin:
        job = json.loads(line)
        read, orders = READS[job["page"]], job["orders"]
        for nr, number in enumerate(orders):
            read(nr, number)
        sent[0], began = 0, time.monotonic()
        server, own = cpu.of(backend), time.process_time()
        with transaction.atomic():
            for nr, number in enumerate(orders):
                read(nr, number)
        used = time.process_time() - own + cpu.of(backend) - server
        _tell({"seconds": (time.monotonic() - began) / len(orders), "cpu": used / len(orders), "statements": round(sent[0] / len(orders), 2)})


if __name__ == "__main__":
    main()
