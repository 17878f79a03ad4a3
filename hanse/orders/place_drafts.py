"""Place drafts: the draft becomes an order, once. It is placed like any other; a refusal leaves the draft as it is."""

from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.refused import Refused, refuse, refuse_all

from .events import DraftPlaced, OrderPlaced
from .place import Place, take
from .quotes import id_of, read
from .save_drafts import DraftFact, gone, locked


@ask
class PlaceDraft:
    """Place a draft: as this order, else as it was saved."""

    draft: Code
    order: Place | None = None


def decide(asks: Sequence[PlaceDraft], drafts: Mapping[str, DraftFact]) -> list[Place | Refused]:
    """The orders to be placed; what was saved with holes is refused with all of them."""
    answers: list[Place | Refused] = []
    left = dict(drafts)
    for ask in asks:
        draft = left.get(ask.draft)
        why = refuse("draft-placed", draft=ask.draft, order="an order of this request") if ask.draft in drafts and draft is None else gone(ask.draft, draft)
        order = why or ask.order or written(draft.body if draft else "")
        if isinstance(order, Place):
            del left[ask.draft]
        answers.append(order)
    return answers


def written(body: str) -> Place | Refused:
    """The order that a draft stands for, or everything that is missing or wrong."""
    try:
        return read(body)
    except ValidationError as error:
        found = {"/".join(map(str, e["loc"])): e["msg"] for e in error.errors(include_url=False)}
        inner = {at: said for at, said in found.items() if not any(other.startswith(f"{at}/") for other in found)}
        return refuse_all([refuse("values-refused", at=at, why=f"{said}.") for at, said in inner.items()])


PLACED = "UPDATE orders_draft d SET order_id = p.ord, placed_at = %(now)s FROM unnest(%(id)s::bigint[], %(order)s::bigint[]) AS p(id, ord) WHERE d.id = p.id"


@operation
def place_drafts(run: Run, asks: Sequence[PlaceDraft]) -> list[DraftPlaced | Refused]:
    """Place drafts as orders and end them, in one transaction."""
    decided = decide(asks, locked(run, [a.draft for a in asks]))
    orders = [d for d in decided if isinstance(d, Place)]
    placed = take(run, orders) if orders else []
    run.tell([p for p in placed if isinstance(p, OrderPlaced)])
    answers: list[DraftPlaced | Refused] = []
    following = iter(placed)
    for ask, d in zip(asks, decided, strict=True):
        order = next(following) if isinstance(d, Place) else d
        answers.append(DraftPlaced(ask.draft, order.order, order.total, order.currency) if isinstance(order, OrderPlaced) else order)
    done = [a for a in answers if isinstance(a, DraftPlaced)]
    if done:
        run.write(PLACED, id=[id_of("E", a.draft) for a in done], order=[int(a.order[2:]) for a in done])
    return answers
