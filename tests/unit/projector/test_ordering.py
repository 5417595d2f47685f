"""Whatever order the broker and its redeliveries make of what was said, the rows end alike."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from schema.events import BatchEvent, BatchStarted
from schema.identity import derived_event_id
from schema.states import Stage
from services.projector import chain
from services.projector.record import Arrival, Folded, record
from services.projector.state import Batch, Job, Placed
from tests.unit.projector.story import BATCH, fact, job_histories, merged, stage, submitted


def salt() -> bytes:
    return b"0123456789abcdef"


def folded(events: list[BatchEvent], cuts: tuple[int, ...] = ()) -> Folded:
    """The events recorded in micro-batches that end at `cuts`, joined into one."""
    arrivals = [Arrival(fact(event, number), event.TYPE) for number, event in enumerate(events)]
    places: dict[UUID, Placed | None] = {BATCH: None}
    whole = Folded([], [], {})
    for start, end in zip((0, *cuts), (*cuts, len(arrivals)), strict=True):
        part = record(places, arrivals[start:end], salt)
        places.update(part.touched)
        whole.recorded.extend(part.recorded)
        whole.aside.extend(part.aside)
        whole.touched.update(part.touched)
    return whole


def timeless(batch: Batch) -> Batch:
    """A batch without its clock times, which follow the order of arrival."""

    def still(job: Job) -> Job:
        return job._replace(started_at=None, completed_at=None)

    jobs = {key: still(job) for key, job in batch.jobs.items()}
    return batch._replace(jobs=jobs, started_at=None, completed_at=None)


@st.composite
def stories(draw: st.DrawFn) -> list[list[BatchEvent]]:
    return [draw(job_histories(sequence)) for sequence in range(1, draw(st.integers(1, 4)) + 1)]


@given(st.data())
def test_jobs_interleaved_anyhow_end_alike(data: st.DataObject) -> None:
    histories = data.draw(stories())
    one = folded([submitted(len(histories)), *data.draw(merged(histories))])
    other = folded([submitted(len(histories)), *data.draw(merged(histories))])
    assert timeless(one.touched[BATCH].batch) == timeless(other.touched[BATCH].batch)
    assert one.touched[BATCH].batch.status.over


@given(st.data())
def test_redeliveries_change_nothing_and_get_no_event_id(data: st.DataObject) -> None:
    histories = data.draw(stories())
    events = [submitted(len(histories)), *data.draw(merged(histories))]
    plain = [fact(event, number) for number, event in enumerate(events)]
    noisy = list(plain)
    for _ in range(data.draw(st.integers(1, 6))):
        first = data.draw(st.integers(0, len(noisy) - 1))
        again = data.draw(st.integers(first + 1, len(noisy)))
        noisy.insert(again, noisy[first])
    clean = record({BATCH: None}, [Arrival(one, "") for one in plain], salt)
    heard = record({BATCH: None}, [Arrival(one, "") for one in noisy], salt)
    assert heard.recorded == clean.recorded
    assert heard.touched == clean.touched
    assert [one.reason for one in heard.aside] == ["stale"] * (len(noisy) - len(plain) + len(clean.aside))


@given(st.data())
def test_micro_batches_cut_anywhere_give_the_same_log(data: st.DataObject) -> None:
    histories = data.draw(stories())
    events = [submitted(len(histories)), *data.draw(merged(histories))]
    cuts = tuple(sorted(data.draw(st.sets(st.integers(1, len(events)), max_size=5))))
    assert folded(events, cuts).recorded == folded(events).recorded


@given(st.data())
def test_the_log_folds_again_to_the_same_batch(data: st.DataObject) -> None:
    histories = data.draw(stories())
    first = folded([submitted(len(histories)), *data.draw(merged(histories))])
    own = [row for row in first.recorded if row.fact.source == "heatstream/worker"]
    again = record({BATCH: None}, [Arrival(row.fact, "") for row in own], salt)
    assert again.recorded == first.recorded
    assert again.touched == first.touched


@given(st.data())
def test_event_ids_are_dense_and_the_chain_holds(data: st.DataObject) -> None:
    histories = data.draw(stories())
    log = folded([submitted(len(histories)), *data.draw(merged(histories))]).recorded
    assert [row.event_id for row in log] == list(range(1, len(log) + 1))
    assert len({row.fact.id for row in log}) == len(log)
    previous = chain.origin(BATCH)
    for row in log:
        event = row.fact.event
        committed = chain.commitment(row.salt, row.data)
        previous = chain.link(previous, event.TYPE, event.VERSION, row.fact.occurred_at, committed)
        assert previous == row.digest


def test_what_only_the_projector_says_is_set_aside_when_others_say_it() -> None:
    place = folded([submitted(1)]).touched[BATCH]
    claimed = fact(BatchStarted())
    taken = fact(stage(1, Stage.DOWNLOADING))._replace(id=derived_event_id(claimed.id, BatchStarted.TYPE))
    for claim in (claimed, taken):
        outcome = record({BATCH: place}, [Arrival(claim, "")], salt)
        assert ([one.reason for one in outcome.aside], outcome.recorded) == (["reserved"], [])
