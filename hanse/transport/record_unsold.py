"""Record unsold: a carrier sells no label, and says why."""

from collections.abc import Mapping, Sequence

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Id, Text, ask
from hanse.kernel.refused import Refused, refuse

from .events import LabelKnown, LabelRefused
from .labels import Kept, end, lock_and_read


@ask
class RecordUnsold:
    """A carrier's no to a label, in its words."""

    label: Id
    why: Text


def decide(asks: Sequence[RecordUnsold], labels: Mapping[int, Kept]) -> list[LabelRefused | LabelKnown | Refused]:
    """A label that was never sold ends refused; the first no stands."""
    answers: list[LabelRefused | LabelKnown | Refused] = []
    done: set[int] = set()
    for ask in asks:
        label = labels.get(ask.label)
        if label is None:
            answers.append(refuse("label-unknown", at="label", label=ask.label))
        elif label.bought:
            answers.append(refuse("label-bought", at="label", label=label.id, tracking=label.tracking, carrier=label.carrier_code))
        elif label.state in ("refused", "withdrawn") or label.id in done:
            answers.append(LabelKnown(label.number, label.id, "refused" if label.id in done else label.state))
        else:
            done.add(label.id)
            answers.append(LabelRefused(label.number, label.id, label.sscc, label.carrier_code, ask.why or "no reason given"))
    return answers


@operation
def record_unsold(run: Run, asks: Sequence[RecordUnsold]) -> list[LabelRefused | LabelKnown | Refused]:
    """Record that carriers sell no labels. One that nobody wanted any more is withdrawn by that."""
    labels = lock_and_read(run, [a.label for a in asks])
    answers = decide(asks, labels)
    told = [a for a in answers if isinstance(a, LabelRefused)]
    end(run, [(t.label, "withdrawn" if labels[t.label].state == "void-asked" else "refused", t.why) for t in told])
    return answers
