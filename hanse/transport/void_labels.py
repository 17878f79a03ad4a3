"""Void labels: give labels back that nobody will use.

The carrier is asked afterwards, until it answers. A label whose carrier was never asked for it is withdrawn; one that may have been sold
without our knowing is asked for again with the same key first, then given back. A label that left with its parcel stays.
"""

from collections.abc import Mapping, Sequence

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Id, Short, ask
from hanse.kernel.refused import Refused, refuse

from .events import LabelVoidAsked, LabelWithdrawn
from .labels import Kept, ask_void, lock_and_read


@ask
class VoidLabel:
    """A label that is not wanted any more, and why."""

    label: Id
    why: Short = ""


def decide(asks: Sequence[VoidLabel], labels: Mapping[int, Kept]) -> list[LabelVoidAsked | LabelWithdrawn | Refused]:
    """Give back what is neither used nor given back already."""
    answers: list[LabelVoidAsked | LabelWithdrawn | Refused] = []
    done: set[int] = set()
    for ask in asks:
        label = labels.get(ask.label)
        if label is None:
            answers.append(refuse("label-unknown", at="label", label=ask.label))
        elif label.state not in ("asked", "bought") or label.id in done:
            answers.append(refuse("label-ended", at="label", label=label.tracking or label.id, state=("void-asked" if label.id in done else label.state).replace("-", " ")))
        else:
            done.add(label.id)
            never = not label.bought and not label.calls
            kind = LabelWithdrawn(label.number, label.id, label.sscc, label.carrier_code, ask.why) if never else None
            answers.append(kind or LabelVoidAsked(label.number, label.id, label.sscc, label.carrier_code, label.tracking, ask.why))
    return answers


@operation
def void_labels(run: Run, asks: Sequence[VoidLabel]) -> list[LabelVoidAsked | LabelWithdrawn | Refused]:
    """Ask carriers to take labels back."""
    answers = decide(asks, lock_and_read(run, [a.label for a in asks]))
    ask_void(run, [a for a in answers if not isinstance(a, Refused)])
    return answers
