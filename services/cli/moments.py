from __future__ import annotations

from datetime import datetime

from services.cli.failures import Unusable


def moment(text: str, otherwise: str) -> datetime:
    """A time with its zone, in ISO 8601. Raises Unusable with how to write one, or what `otherwise` will do."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Unusable(f"{text!r:.60} is no time with its zone: write it like 2026-07-17T18:00:00+02:00, {otherwise}")
    return at
