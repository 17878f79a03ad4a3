"""References that no foreign key guards (decision 7): each is asked whether it names a row that is there."""

from django.apps import apps
from django.db.models import ForeignKey

ELSEWHERE = {"inventory_movement"}
"""INV-2 looks at movements."""


def unguarded() -> list[ForeignKey]:
    """Every reference of ours that the database does not guard by itself."""
    fields = [field for model in apps.get_models() if model.__module__.startswith("hanse.") for field in model._meta.concrete_fields]
    return [f for f in fields if isinstance(f, ForeignKey) and not f.db_constraint and f.model._meta.db_table not in ELSEWHERE]  # type: ignore[attr-defined]


def question() -> str:
    """One question for all of them."""
    return " UNION ALL ".join(map(_asked, unguarded()))


def _asked(field: ForeignKey) -> str:
    table, column, there = field.model._meta.db_table, field.column, field.remote_field.model._meta
    return (f"""SELECT '{table}' AS "table", '{column}' AS reference, t.{column} AS names, p.{there.pk.column} IS NULL AS wrong
  FROM {table} t LEFT JOIN {there.db_table} p ON p.{there.pk.column} = t.{column} WHERE t.{column} IS NOT NULL""")
