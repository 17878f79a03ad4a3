"""Cancel tender: a load is not to be carried any more, or not by whom we asked. Who cancelled and when is kept; who was asked or had accepted is named.

What has left cannot be cancelled: its carrier has it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Short, ask
from hanse.kernel.refused import Refused, refuse
from hanse.kernel.rows import as_tuple

from .answering import Asked, Ended, close, lock_and_read, set_state
from .events import LoadCancelled
from .waterfall import PICKED_UP


@ask
class CancelTender:
    """A load that is off."""

    load: Code
    reason: Short = ""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A load that is off now, and the tender that was open."""

    told: LoadCancelled
    load: int
    open: int | None
    reason: str


def decide(asks: Sequence[CancelTender], tenders: Mapping[str, Sequence[Asked]], left: Collection[int]) -> list[Cancelled | Refused]:
    """Cancel each load once, while nothing of it has left."""
    answers: list[Cancelled | Refused] = []
    done: set[str] = set()
    for ask in asks:
        found = tenders.get(ask.load, ())
        if not found:
            answers.append(refuse("load-unknown", at="load", load=ask.load))
        elif found[0].state == "cancelled" or ask.load in done:
            answers.append(refuse("load-cancelled", at="load", load=ask.load))
        elif found[0].state == "accepted" and found[0].load in left:
            answers.append(refuse("state-conflict", at="load", why=f"Load {ask.load} has left."))
        elif not ask.reason:
            answers.append(refuse("reason-missing", at="reason"))
        else:
            done.add(ask.load)
            whom = next((t for t in found if t.result in ("", "accepted")), None)
            waiting = whom.tender if whom and whom.result == "" else None
            answers.append(Cancelled(LoadCancelled(ask.load, whom.carrier if whom else "", ask.reason), found[0].load, waiting, ask.reason))
    return answers


LEFT = f"SELECT l.id FROM transport_load l WHERE l.number = ANY(%(load)s::text[]) AND ({PICKED_UP}) IS NOT NULL"


@operation
def cancel_tender(run: Run, asks: Sequence[CancelTender]) -> list[LoadCancelled | Refused]:
    """Cancel loads; whoever was asked needs to answer no more."""
    tenders = lock_and_read(run, [a.load for a in asks])
    left = {load for (load,) in run.rows(as_tuple, LEFT, asks)}
    decided = decide(asks, tenders, left)
    cancelled = [(d, owner[0]) for d, owner in zip(decided, run.owners, strict=True) if isinstance(d, Cancelled)]
    close(run, [(Ended(d.open, "cancelled", d.reason), actor) for d, actor in cancelled if d.open])
    set_state(run, [(d.load, "cancelled", actor) for d, actor in cancelled])
    return [d.told if isinstance(d, Cancelled) else d for d in decided]
