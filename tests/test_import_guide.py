"""The example in docs/import.md is what it says: the files and the mapping as they stand there."""

import textwrap
from pathlib import Path

from hanse.edge.importer import run
from hanse.orders.models import Order

GUIDE = Path(__file__).parent.parent / "docs" / "import.md"


def test_the_first_import_of_the_guide(given, tmp_path):
    text = GUIDE.read_text()
    given.item("BRG-6204", None)
    given.customer("REUTER")
    table = [line[4:] for line in text[text.index("    orders.csv"):text.index("and `shop.toml`")].splitlines() if line.startswith("    ")]
    for name, at in (("orders.csv", slice(0, 46)), ("lines.csv", slice(46, None))):
        (tmp_path / name).write_text("\n".join(line[at].rstrip() for line in table[1:]) + "\n")
    (tmp_path / "shop.toml").write_text(textwrap.dedent(text[text.index("    [format]"):text.index("Try it")]))
    result = run("orders", [tmp_path / "orders.csv", tmp_path / "lines.csv"], tmp_path / "shop.toml", by="ann")
    assert (result.read, result.accepted, result.orders) == (2, 2, 1)
    assert (str(Order.objects.get().net), Order.objects.get().placed_at.isoformat()) == ("17.5000", "2026-11-16T08:15:00+00:00")
