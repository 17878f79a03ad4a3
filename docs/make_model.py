"""Draw the tables of all areas into docs/model.md, from the models themselves: `python docs/make_model.py`."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
START, END = "<!-- tables: made by docs/make_model.py -->", "<!-- end of tables -->"
AREAS = ["journal", "catalogue", "partners", "network", "inventory", "orders", "fulfilment", "transport", "billing", "perfect_order", "edge", "web", "world"]


def tables() -> str:
    """One section per area: each table with its columns, what they point to, and its rules by name."""
    from django.apps import apps

    parts = []
    for area in AREAS:
        parts.append(f"### {area}\n")
        for model in apps.get_app_config(area).get_models():
            purpose = (model.__doc__ or "").strip().splitlines()[0]
            columns = ", ".join(_column(f) for f in model._meta.fields)
            rules = ", ".join(f"`{c.name}`" for c in model._meta.constraints)
            parts.append(f"**`{model._meta.db_table}`** {purpose}\n<br>{columns}" + (f"\n<br>Rules: {rules}" if rules else "") + "\n")
    return "\n".join(parts)


def _column(field) -> str:
    target = f" → {field.related_model._meta.db_table}" if field.is_relation else ""
    return f"{field.column}{target}"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hanse.edge.settings")
    sys.path.insert(0, str(HERE.parent))
    import django

    django.setup()
    page = HERE / "model.md"
    head, rest = page.read_text().split(START)
    page.write_text(f"{head}{START}\n\n{tables()}\n{END}{rest.split(END)[1]}")


if __name__ == "__main__":
    main()
