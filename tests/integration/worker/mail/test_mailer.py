from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from schema.events import BatchNotificationRequested
from services.runtime.clock import new_id
from services.worker.mail import errand
from tests.integration.projector.rig import whole_batch
from tests.integration.worker.mail.conftest import ADDRESS
from tests.integration.worker.mail.postbox import TAKEN, dies, dies_having_taken

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from tests.integration.worker.mail.conftest import Office
    from tests.integration.worker.mail.postbox import Line

ASKED, SENT, FAILED = (f"batch.notification_{what}" for what in ("requested", "sent", "failed"))


def errands(batch: UUID) -> int:
    return sum(task.get_name() == f"mail {batch}" for task in asyncio.all_tasks())


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - other tasks change it
            await asyncio.sleep(0.01)


class Gate:
    """An answer that waits until the test opens."""

    def __init__(self) -> None:
        self.reached, self.open = asyncio.Event(), asyncio.Event()

    async def __call__(self, _: Line) -> str:
        self.reached.set()
        await self.open.wait()
        return TAKEN


async def test_a_mail_is_sent_when_the_batch_is_over_and_the_address_is_forgotten(office: Office) -> None:
    batch = new_id()
    async with office.mailer():
        submit, *work = whole_batch(batch, 2)
        await office.rig.say(batch, submit, BatchNotificationRequested(email=ADDRESS), *work)
        await office.forgotten()
    ((to, message),) = office.box.mails
    assert to == ADDRESS
    assert message["Subject"] == "Maya Lindqvist: 1 swim in 2 sheets"
    assert await office.told() == [ASKED, SENT]
    sent_at = "SELECT notification_sent_at >= completed_at FROM processing_batches"
    assert await office.rig.rows(sent_at) == [True]


async def test_a_mail_that_is_asked_for_after_the_end_goes_at_once(office: Office) -> None:
    async with office.mailer():
        await office.batch_over()
        await office.forgotten()
    assert len(office.box.mails) == 1


async def test_two_workers_send_one_mail(office: Office) -> None:
    gate = Gate()
    office.box.will("DATA", gate)
    async with office.mailer() as one, office.mailer() as other:
        batch = await office.batch_over()
        await asyncio.wait_for(gate.reached.wait(), 20)
        await one.sweep()
        await other.sweep()
        await until(lambda: errands(batch) == 1)  # the one that is not at it has gone away
        gate.open.set()
        await office.forgotten()
        await until(lambda: errands(batch) == 0)
        assert (await one.sweep(), await other.sweep()) == (0, 0)
    assert len(office.box.mails) == 1
    assert await office.told() == [ASKED, SENT]


async def test_a_mail_is_not_sent_again_while_the_projector_is_behind(office: Office) -> None:
    batch = await office.batch_over()
    async with office.mailer() as one, office.mailer() as other:
        async with office.projector_held(batch):
            await one.sweep()
            await until(lambda: len(office.box.mails) == 1)
            await other.sweep()
            await until(lambda: errands(batch) == 1)
        await office.forgotten()
        await until(lambda: errands(batch) == 0)
    assert len(office.box.mails) == 1


async def test_who_has_waited_in_vain_for_the_projector_sends_nothing_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errand, "FOLD_SECONDS", 0.1)
    batch = await office.batch_over()
    with capture_logs() as logs:
        async with office.mailer() as mailer:
            async with office.projector_held(batch):
                await mailer.sweep()
                await until(lambda: sum(line["event"] == "mail.later" for line in logs) >= 3)
            await office.forgotten()
    assert len(office.box.mails) == 1


async def test_a_refusal_for_now_is_tried_again_with_the_same_id(office: Office) -> None:
    office.box.will("RCPT", "451 4.7.1 greylisted", "451 4.7.1 greylisted")
    async with office.mailer():
        await office.batch_over()
        await office.forgotten()
    assert office.box.conversations == 3
    assert len(office.box.mails) == 1
    assert await office.told() == [ASKED, SENT]


@pytest.mark.parametrize("command", ["MAIL", "354", "DATA"])
async def test_a_server_that_dies_in_the_middle_gets_the_mail_later(office: Office, command: str) -> None:
    office.box.will(command, dies)
    async with office.mailer():
        await office.batch_over()
        await office.forgotten()
    assert len(office.box.mails) == 1
    assert await office.told() == [ASKED, SENT]


async def test_a_mail_whose_yes_was_lost_comes_twice_with_one_id(office: Office) -> None:
    office.box.will("DATA", dies_having_taken)
    async with office.mailer():
        await office.batch_over()
        await office.forgotten()
    assert len(office.box.ids) == 2
    assert len(set(office.box.ids)) == 1
    assert await office.told() == [ASKED, SENT]


async def test_a_refusal_for_good_is_recorded_without_the_address(office: Office) -> None:
    office.box.will("RCPT", f"550 5.1.1 <{ADDRESS}> is nobody")
    async with office.mailer():
        await office.batch_over()
        await office.forgotten()
    assert office.box.conversations == 1
    assert await office.told() == [ASKED, FAILED]
    (data,) = await office.rig.rows("SELECT data::text FROM batch_events WHERE type LIKE '%failed'")
    assert "the mail server refused the address: 550 5.1.1" in data
    assert ADDRESS not in data
    assert await office.rig.rows("SELECT notification_sent_at FROM processing_batches") == [None]


async def test_a_mail_is_given_up_after_days_of_refusals(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errand, "PATIENCE", timedelta(0))
    office.box.will("MAIL", "451 4.3.0 full")
    async with office.mailer():
        await office.batch_over()
        await office.forgotten()
    assert await office.told() == [ASKED, FAILED]


async def test_another_address_given_while_a_mail_goes_gets_one_too(office: Office) -> None:
    gate = Gate()
    office.box.will("DATA", gate)
    async with office.mailer() as mailer:
        batch = await office.batch_over()
        await asyncio.wait_for(gate.reached.wait(), 20)
        await office.rig.say(batch, BatchNotificationRequested(email="coach@club.example"))
        await office.rig.until("SELECT notification_email FROM processing_batches", "coach@club.example")
        await until(mailer._under_way[batch].touched.is_set)  # woken while it holds the lock
        gate.open.set()
        await office.forgotten()
    assert [to for to, _ in office.box.mails] == [ADDRESS, "coach@club.example"]
    assert len(set(office.box.ids)) == 2


async def test_an_address_that_was_given_before_a_mail_and_recorded_after_it_gets_one_too(office: Office) -> None:
    batch = await office.batch_over()
    async with office.mailer() as mailer:
        async with office.projector_held(batch):
            await office.rig.say(batch, BatchNotificationRequested(email="coach@club.example"))
            await mailer.sweep()
            await until(lambda: len(office.box.mails) == 1)
        await office.rig.until("SELECT count(*) FROM batch_events WHERE type LIKE '%requested'", 2)
        await office.forgotten()
    assert [to for to, _ in office.box.mails] == [ADDRESS, "coach@club.example"]


async def test_a_sweep_finds_what_no_wake_up_told_of_and_begins_it_once(office: Office) -> None:
    batch = await office.batch_over()
    gate = Gate()
    office.box.will("DATA", gate)
    async with office.mailer() as mailer:
        await mailer.sweep()
        await asyncio.wait_for(gate.reached.wait(), 20)
        assert await mailer.sweep() == 0
        assert errands(batch) == 1
        gate.open.set()
        await office.forgotten()
    assert len(office.box.mails) == 1


async def test_a_batch_that_is_not_over_owes_no_mail(office: Office) -> None:
    batch = new_id()
    submit, first, *_ = whole_batch(batch, 2)
    async with office.mailer() as mailer:
        await office.rig.say(batch, submit, first, BatchNotificationRequested(email=ADDRESS))
        await office.rig.until("SELECT status FROM processing_batches", "processing")
        assert await mailer.sweep() == 0


async def test_a_stop_lets_a_conversation_end(office: Office) -> None:
    gate = Gate()
    office.box.will("DATA", gate)
    async with office.mailer() as mailer:
        await office.batch_over()
        await mailer.sweep()
        await asyncio.wait_for(gate.reached.wait(), 20)
        asyncio.get_running_loop().call_later(0.1, gate.open.set)
    assert await office.told() in ([ASKED], [ASKED, SENT])
    await office.forgotten()
    assert len(office.box.mails) == 1


async def test_a_stop_does_not_wait_for_another_try(office: Office) -> None:
    office.box.will("DATA", "451 4.3.0 full")
    async with asyncio.timeout(20):
        async with office.mailer(first_pause_seconds=1000) as mailer:
            batch = await office.batch_over()
            await mailer.sweep()
            await until(lambda: office.box.conversations == 1)
    assert errands(batch) == 0
    assert office.box.mails == []
