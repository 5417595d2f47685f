import structlog

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
