from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any

import orjson
import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.tracebacks import ExceptionDictTransformer

if TYPE_CHECKING:
    from structlog.typing import ExcInfo, Processor


def configure(service: str, level: str) -> None:
    """JSON lines on standard error, of libraries too. Event names are stable; ids are bound once, in contextvars."""
    chain: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        # A traceback's locals would put children's names into the log.
        structlog.processors.ExceptionRenderer(_Transformer(show_locals=False)),
    ]
    theirs = logging.StreamHandler(sys.stderr)
    render: list[Processor] = [ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()]
    theirs.setFormatter(ProcessorFormatter(foreign_pre_chain=chain, processors=render))
    logging.basicConfig(handlers=[theirs], level=logging.WARNING)
    logging.getLogger("aiormq").setLevel(logging.CRITICAL)  # it logs each lost connection; the link says so once
    structlog.configure(
        processors=[*chain, structlog.processors.JSONRenderer(serializer=orjson.dumps)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)


class _Transformer(ExceptionDictTransformer):
    """Without what PostgreSQL adds to its sentence: its detail quotes the row that it refused."""

    def __call__(self, exc_info: ExcInfo) -> list[dict[str, Any]]:
        return _without_details(super().__call__(exc_info))


def _without_details(stacks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for stack in stacks:
        stack["exc_value"] = stack["exc_value"].partition("\nDETAIL:")[0]
        for group in stack.get("exceptions", ()):
            _without_details(group)
    return stacks
