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


@event("week")
class WeekLearnt:
    """What became of the commitments due in a week was counted anew; a week is named by its Monday."""

    week: str
    commitments: int
    perfect: int

    def said(self) -> str:
        return f"Learnt from the week of {self.week}: {self.perfect:,} of {self.commitments:,} were perfect"


@event("week", silent=True)
class NothingNewLearnt:
    """A week counts as it did."""

    week: str

    def said(self) -> str:
        return f"Nothing new is known of the week of {self.week}"


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A commitment at risk: the day it is due, its chance (0 to 1, none where too few orders tell), why, and what would save it at least cost."""

    due_on: date | None
    chance: float | None
    reasons: tuple[str, ...]
    rescue: str = ""

    def said(self) -> str:
        chance = "" if self.chance is None else f" ({100 * self.chance:.0f} % perfect)"
        why = "; ".join(self.reasons) or "orders like it often fail"
        return f"{why}{chance}" + (f". {self.rescue}" if self.rescue else "")


@event("order")
class RiskForeseen:
    """What is at risk of an order changed; nothing any more, where `risks` is empty."""

    order: str
    risks: tuple[Foreseen, ...]

    def said(self) -> str:
        if not self.risks:
            return f"{self.order} is at no risk any more"
        return "Will perhaps not be perfect. " + "; ".join((f"Due {r.due_on}: " if r.due_on else "") + r.said() for r in self.risks)


@event("order", silent=True)
class NothingNewForeseen:
    """What is at risk of an order is as it was."""

    order: str

    def said(self) -> str:
        return f"What is at risk of {self.order} is as it was"
