from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from schema.identity import swim_id
from schema.views import SwimView
from services.api.folding import fold
from services.api.reported import event_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def swims_of_row(row: Mapping[str, Any]) -> Iterator[SwimView]:
    """The swims of a row of `api_results`, each with an id that stays when its sheet is read again.

    Facts of an id are who swims what on which day, and the sheet by its name, so that a new batch over the same link
    means the same swims. Heat, lane, time, kind and leg are none: they are what a meet corrects. Where that leaves two
    alike, their order in the sheet tells them apart.
    """
    sheet = (row["swimmer_name_normalized"], row["source"], row["source_copy"])
    alike = Counter[tuple[object, ...]]()
    for printed in row["events"]:
        facts = (
            *sheet,
            printed.get("session_date") or row["session_date"] or row["meet_date_start"],
            fold(printed.get("session")),
            event_number(printed.get("event_number")) or fold(printed.get("event_name")),
            fold(printed.get("round")),
            fold(printed.get("team")),
        )
        alike[facts] += 1
        yield SwimView(id=swim_id(*facts, alike[facts]), **printed)
