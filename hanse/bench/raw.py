"""The raw handler: the floor's statements behind the same server, with nothing around them.

`python -m hanse.bench.raw PORT THREADS`. No framework, no sign-in, no validation: JSON in, one step, JSON out, on a pool
with hanse's settings.
"""

import json
import os
import sys
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from psycopg_pool import ConnectionPool

from .company import Wish
from .floor import Floor


@cache
def pool() -> ConnectionPool[psycopg.Connection]:
    """The connections, as many as the server has threads."""
    options = "-c statement_timeout=5000 -c lock_timeout=2000 -c idle_in_transaction_session_timeout=10000"
    kept = {"prepare_threshold": 3, "autocommit": True, "options": options}
    return ConnectionPool(os.environ["DATABASE_URL"], kwargs=kept, min_size=1, max_size=int(os.environ["HANSE_POOL_SIZE"]), timeout=5, open=True)


def order(floor: Floor, body: Any) -> list[int]:
    """Place one order and reserve its units, in one transaction."""
    with floor.connection.transaction():
        orders = floor.place([Wish(body["customer"], tuple((line["sku"], line["quantity"]) for line in body["lines"]))])
        floor.allocate(orders)
    return orders


STEPS: dict[str, Callable[[Floor, Any], Any]] = {
    "/place": lambda floor, body: floor.place([Wish(body["customer"], tuple((line["sku"], line["quantity"]) for line in body["lines"]))]),
    "/order": order,
    "/allocate": Floor.allocate, "/release": Floor.release, "/pick": Floor.pick, "/pack": Floor.pack,
    "/hand_over": Floor.hand_over, "/deliver": Floor.deliver, "/invoice": Floor.invoice,
}  # fmt: skip


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """One step for each request."""
    body = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    with pool().connection() as connection:
        answer = json.dumps(STEPS[environ["PATH_INFO"]](Floor(connection), body)).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
    return [answer]


def main(port: int, threads: int) -> None:
    """Serve until told to stop."""
    os.environ["HANSE_POOL_SIZE"] = str(threads)
    Granian(
        "hanse.bench.raw:application", address="127.0.0.1", port=port, interface=Interfaces.WSGI, workers=1, blocking_threads=threads,
        backpressure=4 * threads, websockets=False, workers_kill_timeout=2, log_level=LogLevels.warning, working_dir=Path.cwd(),
    ).serve()  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
