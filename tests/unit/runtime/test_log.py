import json
import logging

import pytest
import structlog
from asyncpg import PostgresError

from services.runtime import log


def fail(swimmer_name: str) -> None:
    raise RuntimeError(f"broken with {len(swimmer_name)} letters")


def test_a_traceback_shows_no_values(capsys: object) -> None:
    swimmer_name = "Maya Lindqvist"
    log.configure("test", "info")
    try:
        try:
            fail(swimmer_name)
        except RuntimeError:
            structlog.get_logger().exception("it.failed")
        line = capsys.readouterr().err  # type: ignore[attr-defined]  # pytest's own
    finally:
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()
    assert "it.failed" in line
    assert "RuntimeError" in line
    assert swimmer_name not in line


def test_a_library_that_logs_writes_one_line_of_json_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    log.configure("test", "info")
    try:
        try:
            fail("Maya\nLindqvist")
        except RuntimeError:
            logging.getLogger("uvicorn.error").exception("Invalid HTTP request of %s", "\x1b[31mMaya\u2028\u202e\n{}")
        line = capsys.readouterr().err
    finally:
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()
    assert line.isascii()
    assert line[:-1].isprintable()
    told = json.loads(line)
    assert (told["event"], told["level"]) == ("Invalid HTTP request of \x1b[31mMaya\u2028\u202e\n{}", "error")
    assert told["exception"][0]["exc_type"] == "RuntimeError"


def test_what_postgresql_quotes_of_a_row_is_left_out_of_a_group_too(capsys: pytest.CaptureFixture[str]) -> None:
    refused = PostgresError.new({"C": "23514", "M": "it violates a check", "D": "Failing row contains (Maya)."})
    log.configure("test", "info")
    try:
        structlog.get_logger().error("it.failed", exc_info=ExceptionGroup("several", [refused]))
        line = capsys.readouterr().err
    finally:
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()
    assert "Maya" in str(refused)
    assert "Maya" not in line
    assert "it violates a check" in str(json.loads(line)["exception"])
