"""The gate before all requests: so many work at once, some wait a moment for their turn, and the rest is turned away at once (D22).

Whoever is turned away has lost nothing and knows it: 503, with when to come again; the same key is safe. Without a gate a queue grows
behind the server's door, and each who waits in it is answered after he has gone.
"""

import threading

WAITING = 3
"""So many times as many as work at once may wait."""
PATIENCE = 2.0
"""Seconds that one waits for his turn."""


class Gate:
    """Lets requests in, each of which must `leave`."""

    def __init__(self, at_once: int):
        self.most_waiting = WAITING * at_once
        self._places, self._guard, self._waiting = threading.Semaphore(at_once), threading.Lock(), 0

    def enter(self) -> bool:
        """Whether there is a place, now or within a moment."""
        if self._places.acquire(blocking=False):
            return True
        with self._guard:
            if self._waiting >= self.most_waiting:
                return False
            self._waiting += 1
        try:
            return self._places.acquire(timeout=PATIENCE)
        finally:
            with self._guard:
                self._waiting -= 1

    def leave(self) -> None:
        """Give the place to the next."""
        self._places.release()


def threads_for(at_once: int) -> int:
    """The threads a server needs for so many at once, those who wait, and a few that turn others away."""
    return at_once * (1 + WAITING) + 4
