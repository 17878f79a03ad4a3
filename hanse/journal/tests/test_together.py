"""Writes that travel together: taken apart, numbered through, and never past one another."""

import pytest

from hanse.journal.run import Run
from hanse.journal.together import going_on, joined, numbered, statement
from hanse.kernel import clock
from tests.given import statements

MOVE = """
WITH step AS MATERIALIZED (
  SELECT item, sum(n) FILTER (WHERE note <> ')') AS n FROM unnest(%(item)s::bigint[], %(n)s::bigint[]) AS s(item, n) GROUP BY item
), moved (item) AS (
  UPDATE inventory_stock SET on_hand = on_hand + s.n FROM step s WHERE inventory_stock.item_id = s.item RETURNING item_id
)
UPDATE orders_line SET picked = picked + 1 FROM moved m WHERE orders_line.item_id = m.item
"""
NOTE = "INSERT INTO edge_savedview (who, name) SELECT %(item)s, %(at)s"


def test_a_statement_is_taken_apart():
    it = statement(MOVE)
    assert [name for name, _ in it.parts] == ["step", "moved"]
    assert it.parts[1][1].startswith("moved (item) AS (") and it.last.startswith("UPDATE orders_line")
    assert it.writes == {"inventory_stock", "orders_line"} and it.reads >= it.writes


def test_values_are_numbered_through():
    assert numbered(NOTE).endswith("SELECT $1, $2")
    together = joined(((MOVE, False), (NOTE, False)))
    assert "unnest($1::bigint[], $2::bigint[])" in together and "SELECT $3, $4" in together
    assert together.count("WITH ") == 1 and together.endswith("SELECT 1")


def test_a_query_goes_on_behind_a_write_with_numbers_of_its_own():
    together = going_on("INSERT INTO a SELECT %(n)s, %(m)s RETURNING id", "SELECT id FROM b WHERE id = ANY(%(n)s::bigint[]) FOR UPDATE")
    assert "SELECT $1, $2 RETURNING id" in together and "ANY($3::bigint[])" in together


def test_parts_of_one_name_do_not_meet():
    with pytest.raises(ValueError, match="moved"):
        joined(((MOVE, False), (MOVE.replace("inventory_stock", "inventory_balance"), False)))


def test_a_write_waits_for_nobody_but_those_it_could_miss(given):
    """Two writes to different tables go as one; a third to one of them goes after, and so does a read of it."""
    site, item = given.site(), given.item()
    given.stocked(item, site, 5)
    with given.run() as run, statements() as sent:
        run.write("UPDATE inventory_stock SET on_hand = on_hand + %(n)s::bigint WHERE item_id = %(item)s::bigint", n=1, item=item.pk)
        run.write("UPDATE catalogue_item SET description = %(text)s WHERE id = %(item)s::bigint", text="x", item=item.pk)
        assert sent == []
        run.write("UPDATE inventory_stock SET on_hand = on_hand + %(n)s::bigint WHERE item_id = %(item)s::bigint", n=2, item=item.pk)
        assert len(sent) == 1
        assert run.rows(int, "SELECT id FROM network_site WHERE id = %(site)s::bigint", site=site.pk) == [site.pk] and len(sent) == 2
        assert run.rows(int, "SELECT on_hand FROM inventory_stock WHERE item_id = %(item)s::bigint", item=item.pk) == [8]
    assert len(sent) == 4


def test_a_query_that_writes_goes_after_what_its_rows_may_refer_to(given):
    """The packs of an item that is only being made: the item goes first, though the second statement does not name its table."""
    with given.run() as run, statements() as sent:
        run.write("INSERT INTO catalogue_item (id, sku, name) OVERRIDING SYSTEM VALUE SELECT %(id)s::bigint, %(sku)s, %(sku)s", id=990001, sku="NEW-1")
        made = run.rows(int, "INSERT INTO catalogue_pack (item_id, name, factor) VALUES (%(id)s::bigint, 'case', 12) RETURNING factor", id=990001)
    assert made == [12] and len(sent) == 2


def test_what_did_not_come_out_is_raised(given):
    found = "WITH kept AS (UPDATE catalogue_item SET description = 'x' WHERE id = ANY(%(nr)s::bigint[]) RETURNING 1) SELECT cardinality(%(nr)s::bigint[]) - (SELECT count(*) FROM kept)"
    item = given.item()
    for other in (None, "UPDATE network_site SET name = %(text)s"):
        run = Run("given", clock.now(), [("ann", None)])
        if other:
            run.write(other, text="y")
        run.prove(found, [Numbered(item.pk), Numbered(0)], LookupError("one is missing"))
        with pytest.raises(LookupError, match="one is missing"):
            run.flush()


class Numbered:
    def __init__(self, nr):
        self.nr = nr
