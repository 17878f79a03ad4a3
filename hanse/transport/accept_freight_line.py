"""Accept freight line: what is disputed of a line of a carrier's bill is owed after all. A person says why; the dispute ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Le

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Short, ask
from hanse.kernel.refused import Refused, refuse

from .audited import Billed, Moved, Settled, freight_invoice, lines, move, settle
from .events import FreightLineAccepted


@ask
class AcceptFreightLine:
    """A line whose open dispute is given up."""

    carrier: Code
    invoice: Code
    position: Annotated[int, Ge(1), Le(20_000)]
    reason: Short = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """An accepted line."""

    told: FreightLineAccepted
    moved: Moved
    settled: Settled


def decide(asks: Sequence[AcceptFreightLine], known: Mapping[tuple[str, str, int], Billed]) -> list[Accepted | Refused]:
    """Accept what is disputed of each line, once."""
    answers: list[Accepted | Refused] = []
    done: set[int] = set()
    for ask in asks:
        it = known.get((ask.carrier.upper(), ask.invoice, ask.position))
        if it is None:
            answers.append(refuse("freight-line-unknown", at="position", carrier=ask.carrier.upper(), invoice=ask.invoice, position=ask.position))
        elif it.dispute is None or it.line in done:
            answers.append(refuse("nothing-disputed", at="position", invoice=ask.invoice, position=ask.position))
        elif not ask.reason:
            answers.append(refuse("reason-missing", at="reason"))
        else:
            done.add(it.line)
            told = FreightLineAccepted(freight_invoice(it.carrier, it.number), it.position, it.tracking, it.open, it.currency, ask.reason)
            answers.append(Accepted(told, Moved(it.line, it.invoice, disputed=-it.open, accepted=it.open, reason=ask.reason), Settled(it.dispute, "accepted", note=ask.reason)))
    return answers


@operation
def accept_freight_line(run: Run, asks: Sequence[AcceptFreightLine]) -> list[FreightLineAccepted | Refused]:
    """Accept disputed lines of carriers' bills."""
    decided = decide(asks, lines(run, [(a.carrier.upper(), a.invoice, a.position) for a in asks]))
    accepted = [(d, owner[0]) for d, owner in zip(decided, run.owners, strict=True) if isinstance(d, Accepted)]
    move(run, [(d.moved, actor) for d, actor in accepted])
    settle(run, [(d.settled, actor) for d, actor in accepted])
    return [d.told if isinstance(d, Accepted) else d for d in decided]
