"""Drop drafts: an order that is not written any further. It never was one, so nothing is cancelled."""

from collections.abc import Mapping, Sequence

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.refused import Refused

from .events import DraftDropped
from .quotes import id_of
from .save_drafts import DraftFact, gone, locked


@ask
class DropDraft:
    """Throw a draft away."""

    draft: Code


DROP = "DELETE FROM orders_draft WHERE id = ANY(%(id)s::bigint[])"


def decide(asks: Sequence[DropDraft], drafts: Mapping[str, DraftFact]) -> list[DraftDropped | Refused]:
    """Each draft once; one that was placed stays."""
    answers: list[DraftDropped | Refused] = []
    left = dict(drafts)
    for ask in asks:
        if why := gone(ask.draft, left.get(ask.draft)):
            answers.append(why)
        else:
            del left[ask.draft]
            answers.append(DraftDropped(ask.draft))
    return answers


@operation
def drop_drafts(run: Run, asks: Sequence[DropDraft]) -> list[DraftDropped | Refused]:
    """Throw drafts away."""
    answers = decide(asks, locked(run, [a.draft for a in asks]))
    if dropped := [id_of("E", a.draft) for a in answers if isinstance(a, DraftDropped)]:
        run.write(DROP, id=dropped)
    return answers
