"""Keep faces: say which bins are pick faces of which items, and between how many units they are kept.

A face is known by its bin and item. Nobody needs faces: an item without any is picked wherever it lies.
"""

from collections.abc import Mapping, Sequence

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel import asks as given
from hanse.kernel.asks import Code, ask
from hanse.kernel.refused import Refused, refuse, refuse_all

from .events import FaceKept, FaceTakenAway
from .holdings import accounts
from .named import Named, named, wrong_names


@ask
class KeepFace:
    """A bin is an item's pick face, filled up to `most` when `least` or fewer are there; with `gone` it is one no longer."""

    site: Code
    bin: Code
    sku: Code
    least: given.Count = 0
    most: given.Count = 0
    gone: bool = False


Faces = Mapping[tuple[int, str, int], tuple[int, int]]
"""(least, most) by site, bin and item."""


def decide(asks: Sequence[KeepFace], known: Sequence[Named], faces: Faces) -> list[FaceKept | FaceTakenAway | Refused]:
    """Answer each ask; later ones see earlier ones."""
    answers: list[FaceKept | FaceTakenAway | Refused] = []
    there = {*faces}
    for ask, it in zip(asks, known, strict=True):
        key = (it.site, it.bin, it.item)
        wrong = wrong_names(ask, it)
        if not ask.gone and ask.most <= ask.least:
            wrong.append(refuse("out-of-range", at="most", field="most", low=ask.least + 1, high=given.MOST_UNITS, got=ask.most))
        if ask.gone and not wrong and key not in there:
            wrong.append(refuse("face-unknown", bin=ask.bin, site=ask.site, sku=ask.sku))
        if wrong:
            answers.append(refuse_all(wrong))
        elif ask.gone:
            there.remove(key)
            answers.append(FaceTakenAway(ask.site, it.bin, ask.sku))
        else:
            there.add(key)
            answers.append(FaceKept(ask.site, it.bin, ask.sku, ask.least, ask.most))
    return answers


ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('pick faces', 0))"
FACES = """
SELECT f.site_id, a.code, f.item_id, f.least, f.most FROM inventory_face f JOIN inventory_account a ON a.id = f.bin_id
 WHERE (f.site_id, f.item_id) IN (SELECT * FROM unnest(%(site)s::bigint[], %(item)s::bigint[]))
"""
KEEP = """
INSERT INTO inventory_face (site_id, bin_id, item_id, least, most)
SELECT * FROM unnest(%(site)s::bigint[], %(bin)s::bigint[], %(item)s::bigint[], %(least)s::bigint[], %(most)s::bigint[])
    ON CONFLICT (bin_id, item_id) DO UPDATE SET least = excluded.least, most = excluded.most
"""
DROP = "DELETE FROM inventory_face f USING unnest(%(bin)s::bigint[], %(item)s::bigint[]) AS g(bin, item) WHERE f.bin_id = g.bin AND f.item_id = g.item"


@operation
def keep_faces(run: Run, asks: Sequence[KeepFace]) -> list[FaceKept | FaceTakenAway | Refused]:
    """Add pick faces, change their least and most, or take them away."""
    run.lock(ALONE)
    known = named(run, asks)
    answers = decide(asks, known, dict(run.rows(lambda s, b, i, *units: ((s, b, i), units), FACES, known)))
    last = {(it.site, it.bin, it.item): a for it, a in zip(known, answers, strict=True) if not isinstance(a, Refused)}
    bins = accounts(run, [("bin", site, bin) for site, bin, _ in last])
    kept = [(bins["bin", site, bin], site, item, a) for (site, bin, item), a in last.items() if isinstance(a, FaceKept)]
    gone = [(bins["bin", site, bin], item) for (site, bin, item), a in last.items() if isinstance(a, FaceTakenAway)]
    if kept:
        run.write(KEEP, [a for *_, a in kept], bin=[k[0] for k in kept], site=[k[1] for k in kept], item=[k[2] for k in kept])
    if gone:
        run.write(DROP, bin=[bin for bin, _ in gone], item=[item for _, item in gone])
    return answers
