"""Finds what a command left running: its children carry a mark in their environment."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING
from uuid import uuid4

import psutil

if TYPE_CHECKING:
    from pathlib import Path

VARIABLE = "HEATSTREAM_TEST_MARK"
GONE_SECONDS = 5


def marked() -> tuple[dict[str, str], str]:
    """An environment for a command, free of servers that somebody gave us, and the mark in it."""
    mark = uuid4().hex
    given = {"DATABASE_URL", "AMQP_URL", "HEATSTREAM_API_URL"}
    return {name: value for name, value in os.environ.items() if name not in given} | {VARIABLE: mark}, mark


def left_running(mark: str, state: Path | None = None) -> list[str]:
    """The processes with this mark, or with `state` in their command, that are there after a moment."""
    found = [process for process in psutil.process_iter() if _is_ours(process, mark, state)]
    _, alive = psutil.wait_procs(found, timeout=GONE_SECONDS)
    return [f"{process.pid} {process.name()}" for process in alive]


def names_below(pid: int) -> set[str]:
    """Of the processes that this one started, and those that they did; some end while one looks."""
    names = set()
    for process in psutil.Process(pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            names.add(process.name())
    return names


def _is_ours(process: psutil.Process, mark: str, state: Path | None) -> bool:
    try:
        if process.environ().get(VARIABLE) == mark:
            return True
        return state is not None and str(state) in " ".join(process.cmdline())
    except psutil.Error:
        return False
