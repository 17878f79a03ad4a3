"""Check the migrations: the models have no change without one, and none since the last release endangers a running company.

What came with a release has run elsewhere already; before the first one no table holds anybody's rows. From then on
squawk reads the SQL of each new migration: expand, backfill, switch, and contract one release later.
"""

import io
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = ["prefer-robust-stmts", "prefer-identity", "require-timeout-settings"]
"""Django runs each migration in one transaction, and names its own sequences; the lock timeout is set by the connection."""


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hanse.edge.settings")
    os.environ["HANSE_POOL"] = "0"
    sys.path.insert(0, str(ROOT))
    import django

    import conftest

    owner, _ = conftest._servers("check")
    conftest._made_once(owner, conftest._template())
    os.environ["DATABASE_URL"] = conftest.make_conninfo(owner, dbname=conftest._template())
    django.setup()
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True)
    return max((squawk(file) for file in since_release()), default=0)


def since_release() -> list[Path]:
    """The migrations that no release has brought yet; none before there was one."""
    released = _git("describe", "--tags", "--abbrev=0", "--match", "v*").strip()
    if not released:
        return []
    old = set(_git("ls-tree", "-r", "--name-only", released, "hanse").splitlines())
    return [file for file in sorted(ROOT.glob("hanse/*/migrations/0*.py")) if str(file.relative_to(ROOT)) not in old]


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout


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
