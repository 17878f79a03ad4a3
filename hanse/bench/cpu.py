"""CPU time of the database server and of other processes, read from /proc."""

from pathlib import Path

PROC = Path("/proc")


def of_server(postmaster: int) -> dict[int, float]:
    """Seconds that each process of a PostgreSQL server has used, by its number; autovacuum's left out, it comes when it likes."""
    return {pid: of(pid) for pid in (postmaster, *_children(postmaster)) if b"autovacuum" not in _command(pid)}


def used(before: dict[int, float], after: dict[int, float]) -> float:
    """Seconds used between two readings; processes that came meanwhile count from their start."""
    return sum(seconds - before.get(pid, 0.0) for pid, seconds in after.items())


def of(pid: int) -> float:
    """Seconds that all threads of a process have used; 0 when it is gone."""
    try:
        threads = list((PROC / str(pid) / "task").iterdir())
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9
    except (FileNotFoundError, ProcessLookupError):
        return 0.0


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    return [pid, *(grandchild for child in _children(pid) for grandchild in family(child))]


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in (PROC / str(pid) / "task" / str(pid) / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def _command(pid: int) -> bytes:
    try:
        return (PROC / str(pid) / "cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""
