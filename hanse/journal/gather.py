"""Gather: concurrent requests for the same operation run as one batch.

Under load many clients ask for the same thing at once, and on a hot item each would wait for the row locks
of the one before. Whoever comes first runs; who comes meanwhile waits in a queue and is run together in
the next transaction. Nobody waits for company: a lone request runs at once.
"""

import threading
from collections import defaultdict
from typing import Any

import structlog

from .operation import Operation, Request
from .principals import Principal

MOST_TOGETHER = 64
log = structlog.get_logger(__name__)


class _Waiting:
    __slots__ = ("done", "request", "trouble")

    def __init__(self, request: Request):
        self.request, self.done = request, threading.Event()
        self.trouble: Exception | None = None


class _Queue:
    """The queue of one operation in this process: at most one transaction at a time."""

    def __init__(self) -> None:
        self.waiting: list[_Waiting] = []
        self.guard = threading.Lock()
        self.busy = False


_queues: dict[tuple[str, str], _Queue] = defaultdict(_Queue)
"""One for each operation and principal: who acts stands on every row a batch writes, so nobody shares one with another."""


def gather(operation: Operation, asks: list[Any], by: Principal, key: str | None) -> Request:
    """Do one caller's asks, together with those of others that are waiting. Raises what `operation` raises."""
    mine = _Waiting(Request(asks, by, key))
    queue = _queues[(operation.name, by.name)]
    with queue.guard:
        queue.waiting.append(mine)
        leads = not queue.busy
        queue.busy = True
    if leads:
        _lead(operation, queue)
    else:
        mine.done.wait()
        if mine.trouble is _LEAD:
            mine.trouble = None
            _lead(operation, queue)
    if mine.trouble is not None:
        raise mine.trouble
    return mine.request


class _Lead(Exception):
    """Told to a waiting caller: the one before is done, now you run the queue."""


_LEAD = _Lead()


def _lead(operation: Operation, queue: _Queue) -> None:
    """Run one batch from the queue, then hand the lead to somebody who is still waiting."""
    with queue.guard:
        batch, queue.waiting = queue.waiting[:MOST_TOGETHER], queue.waiting[MOST_TOGETHER:]
    try:
        _run(operation, batch)
    finally:
        with queue.guard:
            heir = queue.waiting[0] if queue.waiting else None
            queue.busy = heir is not None
        for waiting in batch:
            waiting.done.set()
        if heir:
            heir.trouble = _LEAD
            heir.done.set()


def _run(operation: Operation, batch: list[_Waiting]) -> None:
    """Run the batch in one transaction; if that fails, each by itself, so that nobody pays for another."""
    if len(batch) > 1:
        try:
            operation.run([w.request for w in batch])
            return
        except Exception as trouble:  # noqa: BLE001 - the lone runs below tell whose trouble it was
            log.info("batch run one by one", operation=operation.name, requests=len(batch), trouble=repr(trouble))
    for waiting in batch:
        try:
            operation.run([waiting.request])
        except Exception as trouble:  # noqa: BLE001 - raised in the thread that asked
            waiting.trouble = trouble
