"""What was signed once cannot be taken away unseen, nor can what was signed be made up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest

from services.projector.audit import keys
from services.projector.audit.against import Against, Unreadable, last_signed
from services.projector.audit.checkpoint import Signed, checkpoint
from services.projector.audit.difference import CHECKPOINT, LOG, Difference
from services.projector.audit.looking import looking
from services.runtime.clock import new_id
from tests.unit.projector import story

if TYPE_CHECKING:
    from tests.integration.projector.audit.book import Book


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "audit.key"
    keys.make(path)
    return path


def signed(book: Book, key: Path, file: list[bytes]) -> list[bytes]:
    """The file with one more checkpoint."""
    with looking(book.url) as seen:
        return [*file, *checkpoint(seen, keys.signer(key), last_signed(file))]


def held(book: Book, key: Path, file: list[bytes]) -> list[Difference]:
    with looking(book.url) as seen:
        return list(Against(seen, keys.checker(key)).differences(file))


async def test_a_log_that_only_grew_holds(book: Book, key: Path) -> None:
    file = signed(book, key, [])
    assert len(file) == len(book.batches) + 1
    batch = new_id()
    await book.say(batch, story.submitted(1, batch))
    file = signed(book, key, file)
    assert held(book, key.with_name("audit.key.pub"), file) == held(book, key, file) == []
    last = Signed.model_validate_json(file[-1])
    assert (last.checkpoint, last.batches, last.events) == (2, 5, 22)


async def test_a_checkpoint_has_only_what_grew_since_the_last(book: Book, key: Path) -> None:
    file = signed(book, key, [])
    book.change("UPDATE batch_events SET recorded_at = now() - INTERVAL '2 hours' WHERE batch_id <> %s", book.shared)
    file = signed(book, key, file)
    assert [orjson.loads(line)[0] for line in file[5:-1]] == [str(book.shared)]
    assert held(book, key, file) == []


@pytest.mark.parametrize("last", [1, 3])
async def test_a_tail_that_was_taken_away_is_found_with_its_batch(last: int, book: Book, key: Path) -> None:
    file = signed(book, key, [])
    book.change("DELETE FROM batch_events WHERE batch_id = %s AND event_id > %s", book.retried, 10 - last)
    assert held(book, key, file)[0] == (
        book.retried,
        10,
        LOG,
        "event_id",
        f"a checkpoint knew the event, and the log ends at event {10 - last}",
    )


async def test_a_batch_that_was_taken_away_is_found(book: Book, key: Path) -> None:
    file = signed(book, key, [])
    for table, column in (("batch_events", "batch_id"), ("processing_batches", "id"), ("batch_jobs", "batch_id")):
        book.change(f"DELETE FROM {table} WHERE {column} = %s", book.cancelled)  # noqa: S608 - the names above
    assert book.differences() == []  # without a checkpoint nobody could tell
    gone, counted = held(book, key, file)
    assert gone[:4] == (book.cancelled, 2, LOG, "batch_id")
    assert counted.sentence.endswith("counted 1 batches and 2 events more than are there")


async def test_a_chain_that_was_made_anew_is_found(book: Book, key: Path) -> None:
    """Who may write everything gives the batch another history, whole in itself."""
    file = signed(book, key, [])
    book.forge(book.cancelled, lambda event, data: {**data, "client_ip": "192.0.2.1"} if event == 1 else data)
    book.change("UPDATE processing_batches SET client_ip = '192.0.2.1' WHERE id = %s", book.cancelled)
    assert book.differences() == []
    assert [difference[:4] for difference in held(book, key, file)] == [(book.cancelled, 2, LOG, "digest")]


async def test_a_checkpoint_that_was_changed_or_made_up_is_found(book: Book, key: Path, tmp_path: Path) -> None:
    one = signed(book, key, [])
    two = signed(book, key, one)
    other = tmp_path / "other.key"
    keys.make(other)
    forged = Signed.model_validate_json(one[-1]).model_copy(update={"events": 20})
    for file, with_key, columns in (
        (one, other, ["key"]),
        ([*one[:-1], forged.line()], key, ["signature"]),
        ([*one[:-1], forged.by(keys.signer(other)).line()], key, ["signature"]),
        ([*one[:-1], forged.model_copy(update={"signature": "no hex"}).line()], key, ["signature"]),
        (one[1:], key, ["heads_digest"]),
        ([one[1], one[0], *one[2:]], key, ["heads_digest"]),
        (two[len(one) :], key, ["previous"]),
        ([*one, *one], key, ["previous"]),
        (two[:-1], key, ["signature"]),
    ):
        found = held(book, with_key, file)
        assert {difference.place for difference in found} == {CHECKPOINT}
        assert [difference.column for difference in found] == columns


@pytest.mark.parametrize("line", [b"no JSON\n", b'["x", 1, "00"]\n', b"[1, 2]\n", b'{"checkpoint": 1}\n'])
async def test_a_line_that_is_none_is_told_by_its_number(line: bytes, book: Book, key: Path) -> None:
    with pytest.raises(Unreadable, match="line 2 is no"):
        held(book, key, [signed(book, key, [])[0], line])


async def test_nothing_is_put_behind_a_checkpoint_that_was_cut_short(book: Book, key: Path) -> None:
    file = signed(book, key, [])
    with pytest.raises(Unreadable, match="cut short"):
        signed(book, key, [*file, file[0]])


def test_a_key_is_for_its_owner_and_is_never_overwritten(key: Path) -> None:
    assert key.stat().st_mode & 0o777 == 0o600
    with pytest.raises(keys.NoKey, match="exist"):
        keys.make(key)
    for wrong in (key.parent, key.parent / "none", Path(__file__)):
        with pytest.raises(keys.NoKey):
            keys.checker(wrong)
    with pytest.raises(keys.NoKey, match="no key that signs"):
        keys.signer(key.with_name("audit.key.pub"))
