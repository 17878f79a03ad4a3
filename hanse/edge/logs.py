"""Logs: one line for each thing worth knowing, as JSON where a machine reads them. No secret, no personal data."""

import logging
import os
import sys

import structlog
from structlog.processors import ExceptionRenderer
from structlog.tracebacks import ExceptionDictTransformer


class _StandardError:
    """Standard error as it is when a line is written."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def configure() -> None:
    """structlog to standard error: readable on a terminal, JSON elsewhere."""
    plain = ExceptionRenderer(ExceptionDictTransformer(show_locals=False))
    ends: list[structlog.typing.Processor] = [structlog.dev.ConsoleRenderer()] if sys.stderr.isatty() else [plain, structlog.processors.JSONRenderer()]
    structlog.configure(
        processors=[structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True), *ends],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, os.environ.get("HANSE_LOG", "INFO"), logging.INFO)),
        logger_factory=structlog.PrintLoggerFactory(_StandardError()),  # type: ignore[arg-type]
        cache_logger_on_first_use=False,
    )
