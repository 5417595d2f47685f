from __future__ import annotations

from functools import partial

from services.cli.command_group import add, new_group
from services.cli.commands.keys.listing import list_
from services.cli.commands.keys.making import create, revoke

group = new_group(
    "Make and revoke keys for the gateway.\n\n"
    "They are kept in a file that the gateway reads (HEATSTREAM_KEYS_FILE), hashed: a key that is lost is made"
    " anew. docs/security.md says what a key is good for."
)
_add = partial(add, group)
_add(
    "create",
    create,
    "heatstream keys create 'club site' --scope submit --scope read --expires 90d --file keys.jsonl",
    "heatstream keys create operator --scope admin --json | jq -r .key > operator.key",
)
_add("list", list_, "heatstream keys list --file keys.jsonl", "heatstream keys list --json | jq -r .name")
_add("revoke", revoke, "heatstream keys revoke 'club site' --file keys.jsonl")
