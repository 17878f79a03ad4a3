"""Load: clients on loopback, each with one connection and one request at a time.

`python -m hanse.bench.load` reads jobs like `hanse.bench.hands`: whose server it is, its port, what to do, how many clients
and orders. Its own CPU is not counted: it stands for the world outside.
"""

import json
import socket
import sys
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .company import ITEMS, Wish, wishes
from .hands import _tell

PATIENCE = 60.0


class Line:
    """One kept connection to a server, as thin as can be so that little is measured but the server."""

    def __init__(self, port: int, key: str):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.head = f"Host: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nAuthorization: Bearer {key}\r\n" if key else f"Host: 127.0.0.1:{port}\r\n"
        self.requests = 0

    def post(self, path: str, body: Any) -> Any:
        """Send a request, wait for its answer. Raises unless it is 2xx."""
        self.requests += 1
        sent = json.dumps(body).encode()
        head = f"POST {path} HTTP/1.1\r\n{self.head}Idempotency-Key: {uuid.uuid4()}\r\nContent-Length: {len(sent)}\r\n\r\n"
        self.socket.sendall(head.encode() + sent)
        status, answer = self._answer()
        if not 200 <= status < 300:
            raise RuntimeError(f"{path} answered {status}: {answer[:500]!r}")
        return json.loads(answer)

    def _answer(self) -> tuple[int, bytes]:
        got = b""
        while b"\r\n\r\n" not in got:
            got += self._more()
        head, _, body = got.partition(b"\r\n\r\n")
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
        while len(body) < length:
            body += self._more()
        return int(head.split()[1]), body

    def _more(self) -> bytes:
        got = self.socket.recv(65536)
        if not got:
            raise RuntimeError("the server closed the connection")
        return got


def order_of(wish: Wish) -> dict[str, Any]:
    """A wish as the body of a request."""
    return {"customer": wish.customer, "lines": [{"sku": sku, "quantity": units} for sku, units in wish.lines]}


def hanse_order(line: Line, wish: Wish) -> None:
    """One order, reserved at once."""
    line.post("/api/v1/orders", order_of(wish))


def hanse_cycle(line: Line, wish: Wish) -> None:
    """One order through its life, one request for each step."""
    api = "/api/v1"
    order = line.post(f"{api}/orders", order_of(wish) | {"reserve": "later"})["order"]
    _told(line.post(f"{api}/allocations/batch", [{"order": order}]))
    [released] = _told(line.post(f"{api}/releases/batch", [{"order": order}]))
    _told(line.post(f"{api}/picks/batch", [{"task": t["task"], "taken": t["quantity"]} for t in released["tasks"]]))
    [packed] = _told(line.post(f"{api}/packs/batch", [{"order": order}]))
    [handed] = _told(line.post(f"{api}/handovers/batch", [{"carton": packed["carton"], "carrier": "DHL"}]))
    _told(line.post(f"{api}/deliveries/batch", [{"parcel": handed["parcel"], "receiver": "Reuter"}]))
    _told(line.post(f"{api}/invoices/batch", [{"order": order}]))


def _told(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if no := [a for a in answers if "told" not in a]:
        raise RuntimeError(f"refused: {no[0]}")
    return answers


def raw_order(line: Line, wish: Wish) -> None:
    """One order at the raw handler, reserved at once."""
    line.post("/order", order_of(wish))


def raw_cycle(line: Line, wish: Wish) -> None:
    """One order through its life at the raw handler."""
    orders = line.post("/place", order_of(wish))
    line.post("/allocate", orders)
    line.post("/pick", line.post("/release", orders))
    line.post("/deliver", line.post("/hand_over", line.post("/pack", orders)))
    line.post("/invoice", orders)


WAYS: dict[str, Callable[[Line, Wish], None]] = {"hanse_order": hanse_order, "hanse_cycle": hanse_cycle, "raw_order": raw_order, "raw_cycle": raw_cycle}


def main() -> None:
    """Do jobs until the input ends."""
    for given in sys.stdin:
        job = json.loads(given)
        lines = [Line(job["port"], job["key"]) for _ in range(job["clients"])]
        _all(lines, job, job["warm"], job["seed"] + 1)
        _tell("ready")
        sys.stdin.readline()
        began = time.monotonic()
        requests = _all(lines, job, job["count"], job["seed"])
        _tell({"seconds": time.monotonic() - began, "requests": requests})


def _all(lines: list[Line], job: dict[str, Any], count: int, seed: int) -> int:
    """Let each client take its share of the orders; gives how many requests that were."""
    todo = iter(wishes(count, seed, job.get("items", ITEMS)))
    take, guard = WAYS[job["what"]], threading.Lock()

    def work(line: Line) -> None:
        while True:
            with guard:
                wish = next(todo, None)
            if wish is None:
                return
            take(line, wish)

    before = sum(line.requests for line in lines)
    with ThreadPoolExecutor(len(lines)) as clients:
        list(clients.map(work, lines))
    return sum(line.requests for line in lines) - before


if __name__ == "__main__":
    main()
