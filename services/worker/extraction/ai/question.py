"""What an AI is asked."""

from __future__ import annotations

_QUESTION = """\
You read heat sheets of swim meets. The sheet is attached. Find every entry of one swimmer: {swimmer}.

- Only this swimmer. The sheet may print the name as "Last, First", with an initial, in capitals or with other accents.
  Somebody with a similar name is somebody else. A holder of a record is no entry.
- Give what the sheet prints and nothing else; null where it does not say something. `swimmer_name` is the name as it is
  printed beside the entry. `seed_time` keeps the letter of the course and drops flags.
- An event, a heat and a session are often named once, above their entries, even in the column or on the page before.
- `kind`: "individual"; "relay" for a leg of a relay, with `relay_leg` from 1; "alternate"; "scratched"; "unseeded" for
  a list of entries without heats.
- Dates are YYYY-MM-DD, times of day HH:MM on 24 hours, `page` counts from 1.
- A swimmer who is not in the sheet has an empty list of swims.
"""


def question(swimmer: str) -> str:
    return _QUESTION.format(swimmer=swimmer)
