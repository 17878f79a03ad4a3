"""The facts the perfect order tells."""

from dataclasses import dataclass
from datetime import date

from hanse.journal.events import event


@dataclass(frozen=True, slots=True)
class Judged:
    """A commitment's verdict: the day it was due, perfect or not (or not known yet), and which conditions failed."""

    due_on: date | None
    state: str
    perfect: bool | None
    failed: tuple[str, ...] = ()
    cause: str = ""
    owner: str = ""

    def said(self) -> str:
        word = {True: "perfect", False: "not perfect", None: "waits for evidence"}[self.perfect]
        why = f": {' and '.join(self.failed)}" + (f", {self.cause} ({self.owner})" if self.cause else "") if self.failed else ""
        return f"{word}, {self.state}{why}"


@event("order")
class OrderAssessed:
    """What is known of an order's commitments changed."""

    order: str
    verdicts: tuple[Judged, ...]

    def said(self) -> str:
        return "; ".join((f"Due {v.due_on}: " if v.due_on else "") + v.said() for v in self.verdicts)


@event("order", silent=True)
class NothingNewFound:
    """Nothing new is known of an order's commitments."""

    order: str

    def said(self) -> str:
        return f"Nothing new is known of {self.order}"
