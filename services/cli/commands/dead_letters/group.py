from __future__ import annotations

from functools import partial

from services.cli.command_group import add, new_group
from services.cli.commands.dead_letters.looking import list_, show
from services.cli.commands.dead_letters.settling import drop, redrive

group = new_group(
    "Look at the messages that could not be worked on, put them back, or throw them away.\n\n"
    "They wait in queues of their own at the broker, with the reason. `redrive` and `drop` only say what they would"
    " do, until --yes."
)
_add = partial(add, group)
_add(
    "list",
    list_,
    "heatstream dead-letters list --queue commands.dead --older-than 2h",
    "heatstream dead-letters list --json | jq -r .reason | sort | uniq -c",
)
_add("show", show, "heatstream dead-letters show 0199c0de-0000-7000-8000-000000000000")
_add(
    "redrive",
    redrive,
    "heatstream dead-letters redrive --reason bug --newer-than 1d",
    "heatstream dead-letters redrive --reason bug --newer-than 1d --why 'mended in 0.2' --yes",
)
_add("drop", drop, "heatstream dead-letters drop --queue commands.dead --reason not_json --older-than 7d --yes")
