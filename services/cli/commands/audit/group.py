from __future__ import annotations

from functools import partial

from services.cli.command_group import add, new_group
from services.cli.commands.audit.signing import checkpoint, key
from services.cli.commands.audit.telling import diff, show, why
from services.cli.commands.audit.verifying import verify

group = new_group(
    "Tell from the log what happened, and prove it.\n\n"
    "Needs the database, as a role that may read it; all of it only reads. docs/audit.md says what it proves."
)
_add = partial(add, group)
_BATCH = "0199c0de-0000-7000-8000-000000000000"
_add("show", show, f"heatstream audit show {_BATCH}", f"heatstream audit show {_BATCH} --at 2026-07-17T18:00:00Z")
_add("diff", diff, f"heatstream audit diff {_BATCH} 3 7", f"heatstream audit diff {_BATCH} 0 2026-07-17T18:00:00Z")
_add("why", why, f"heatstream audit why {_BATCH}:2")
_add(
    "verify",
    verify,
    "heatstream audit verify --all",
    "heatstream audit verify --all --history --against checkpoints.jsonl --key audit.key.pub",
    "heatstream audit verify --sample 100 --json | jq .differences",
)
_add(
    "checkpoint",
    checkpoint,
    "heatstream audit checkpoint /mnt/elsewhere/checkpoints.jsonl --key audit.key",
    "heatstream audit checkpoint --key audit.key --post https://witness.example/heatstream",
)
_add("key", key, "heatstream audit key audit.key")
