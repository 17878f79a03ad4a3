"""Stop what if: its futures are not lived any further; what was lived is dropped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from annotated_types import MaxLen, MinLen

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Id, ask
from hanse.kernel.refused import Refused, refuse

from .events import WhatIfStopped


@ask
class StopWhatIf:
    """Stop one that waits or is being lived."""

    what_if: Id
    why: Annotated[str, MinLen(1), MaxLen(2_000)]


@dataclass(frozen=True, slots=True)
class Asked:
    """One that was asked, in words, with its state."""

    id: int
    said: str
    state: str


def decide(asks: Sequence[StopWhatIf], known: Mapping[int, Asked]) -> list[WhatIfStopped | Refused]:
    """One that has ended stays as it ended; of several asks the first counts."""
    answers: list[WhatIfStopped | Refused] = []
    open_ones = {id: it for id, it in known.items() if it.state in ("asked", "living")}
    for ask_ in asks:
        if ask_.what_if not in known:
            answers.append(refuse("not-found", what="what-if", name=ask_.what_if))
        elif (it := open_ones.pop(ask_.what_if, None)) is None:
            answers.append(refuse("state-conflict", why="This what-if has ended."))
        else:
            answers.append(WhatIfStopped(it.id, it.said, ask_.why))
    return answers


KNOWN = "SELECT id, said, state FROM world_whatif WHERE id = ANY(%(what_if)s::bigint[]) ORDER BY id FOR UPDATE"
STOP = """
UPDATE world_whatif AS w SET state = 'stopped', why = s.why, moved_at = %(now)s::timestamptz
  FROM unnest(%(what_if)s::bigint[], %(why)s::text[]) AS s(id, why) WHERE w.id = s.id
"""


@operation
def stop_what_if(run: Run, asks: Sequence[StopWhatIf]) -> list[WhatIfStopped | Refused]:
    """Mark them as stopped; whoever lives their futures looks at that after each."""
    answers = decide(asks, {it.id: it for it in run.rows(Asked, KNOWN, asks)})
    run.write(STOP, [a for a in answers if isinstance(a, WhatIfStopped)])
    return answers
