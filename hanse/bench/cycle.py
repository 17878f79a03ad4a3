"""The eight steps of an order's life, as hanse takes them: each an operation on the whole batch, under a key."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hanse.billing.invoice import Invoice, invoice
from hanse.fulfilment.pack import Pack, pack
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.release import Release, release
from hanse.journal.principals import Principal
from hanse.kernel.refused import Refused
from hanse.orders.allocate import Allocate, allocate
from hanse.orders.place import Place, PlaceLine, place
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.record_proof import RecordProof, record_proof

from .company import Wish

BENCH = Principal("bench", frozenset({"*"}))


@dataclass(slots=True)
class Cycle:
    """Takes batches through their life; `tag` makes its keys its own. `seconds` is what each step took so far."""

    tag: str
    taken: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    def place(self, wishes: Sequence[Wish]) -> list[str]:
        """Place a batch, without reserving; gives the numbers."""
        asks = [Place(w.customer, tuple(PlaceLine(sku, units) for sku, units in w.lines), reserve="later") for w in wishes]
        return [placed.order for placed in self._do(place, asks)]

    def cycle(self, wishes: Sequence[Wish]) -> None:
        """Place, allocate, release, pick, pack, hand over, deliver, invoice."""
        orders = self.place(wishes)
        self._do(allocate, [Allocate(o) for o in orders])
        released = self._do(release, [Release(o) for o in orders])
        self._do(pick, [Pick(t.task, t.quantity) for r in released for t in r.tasks])
        packed = self._do(pack, [Pack(o) for o in orders])
        handed = self._do(hand_over, [HandOver(p.carton, "DHL") for p in packed])
        self._do(record_proof, [RecordProof(h.parcel) for h in handed])
        self._do(invoice, [Invoice(o) for o in orders])

    def _do(self, operation: Callable[..., list[Any]], asks: list[Any]) -> list[Any]:
        self.taken += 1
        began = time.monotonic()
        answers = operation(asks, by=BENCH, key=f"{self.tag}-{self.taken}")
        name = operation.__name__
        self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - began
        if no := [a for a in answers if isinstance(a, Refused)]:
            raise RuntimeError(f"{name} refused {len(no)} of {len(asks)}: {no[0].detail}")
        return answers
