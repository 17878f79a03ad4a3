"""Check the migrations: the models have no change without one, and none locks a table that people work on.

`makemigrations --check` needs no database. squawk reads the SQL of every migration of ours but the first of each
area, which only makes tables that nobody uses yet.
"""

import io
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = [
    "prefer-big-int", "prefer-robust-stmts", "prefer-identity", "prefer-text-field", "ban-char-field",
    "require-timeout-settings", "require-concurrent-index-creation", "prefer-bigint-over-int", "prefer-timestamp-tz",
    "constraint-missing-not-valid", "adding-foreign-key-constraint", "disallowed-unique-constraint", "adding-field-with-default",
]
"""Until the first release there are no tables with people's rows in them, so locks are not yet a fault; destroying is."""


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hanse.edge.settings")
    os.environ["HANSE_POOL"] = "0"
    sys.path.insert(0, str(ROOT))
    import django

    import conftest

    owner, _ = conftest._servers()
    conftest._made_once(owner, conftest._template())
    os.environ["DATABASE_URL"] = conftest.make_conninfo(owner, dbname=conftest._template())
    django.setup()
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True)
    return max((squawk(file) for file in sorted(ROOT.glob("hanse/*/migrations/0*.py")) if not file.name.startswith("0001")), default=0)


def squawk(file: Path) -> int:
    """Let squawk read the SQL of one migration."""
    from django.core.management import call_command

    out = io.StringIO()
    call_command("sqlmigrate", file.parent.parent.name, file.stem[:4], stdout=out)
    program = Path(sys.executable).with_name("squawk")
    words = [str(program), f"--exclude={','.join(LEFT_OUT)}", "--pg-version=15", f"--stdin-filepath={file.relative_to(ROOT)}"]
    return subprocess.run(words, input=out.getvalue(), text=True, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
