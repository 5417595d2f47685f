from __future__ import annotations

from functools import partial

from services.cli.command_group import add, new_group
from services.cli.commands.set_aside.looking import list_, show
from services.cli.commands.set_aside.retrying import retry

group = new_group(
    "Look at the events that the projector set aside, and give them to it again.\n\n"
    "An event that it cannot read, or that changes nothing, is kept in the database with the reason. `retry` only"
    " says what it would do, until --yes."
)
_add = partial(add, group)
_add(
    "list",
    list_,
    "heatstream set-aside list --reason future_version --newer-than 1d",
    "heatstream set-aside list --open --json | jq -r .reason | sort | uniq -c",
)
_add("show", show, "heatstream set-aside show 42")
_add(
    "retry",
    retry,
    "heatstream set-aside retry --reason future_version",
    "heatstream set-aside retry --reason bug --why 'mended in 0.2' --yes",
)
