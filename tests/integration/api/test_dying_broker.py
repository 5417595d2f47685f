"""A broker that dies in the middle of a submit: some of its batches are there, and nobody knows of the others."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from schema.commands import SubmitBatch
from schema.views import SubmittedView
from tests.integration.api.forms import LINK, refusal
from tests.integration.dying_broker import DyingBroker

if TYPE_CHECKING:
    import httpx2

    from tests.integration.api.conftest import Sent, Serve

PATIENCE_SECONDS = 20
SIBLINGS = ["Maya", "Ida", "Leo"]
ASK = {"swimmers": SIBLINGS, "urls": [LINK]}


async def until_taken(api: httpx2.AsyncClient, headers: dict[str, str]) -> SubmittedView:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (answer := await api.post("/api/batches", json=ASK, headers=headers)).status_code == 503:
            pass
    assert answer.status_code == 202, answer.text
    return SubmittedView.model_validate_json(answer.content)


async def test_siblings_sent_again_under_the_key_of_the_refusal_are_a_batch_each(
    serve: Serve, sent: Sent, amqp_url: str
) -> None:
    async with DyingBroker(amqp_url).reached() as broker, serve(amqp_url=broker.url) as api:
        broker.die_after(1)
        refused = await api.post("/api/batches", json=ASK)
        assert refusal(refused) == (503, "broker-unavailable")
        key = refused.headers["idempotency-key"]
        assert f"`Idempotency-Key: {key}`" in refused.json()["detail"]
        view = await until_taken(api, {"Idempotency-Key": key})
    assert [batch.swimmer for batch in view.batches] == SIBLINGS
    told = [error["message"] for error in refused.json()["errors"]]
    assert told == [
        f"“{batch.swimmer}” {has} at {batch.url}"
        for batch, has in zip(view.batches, ("is", "may be", "may be"), strict=True)
    ]
    arrived = [SubmitBatch.model_validate_json((await sent.next()).body) for _ in range(4)]
    assert [command.swimmer_name for command in arrived] == ["Maya", *SIBLINGS]
    assert {command.batch_id for command in arrived} == {batch.batch_id for batch in view.batches}


async def test_two_refusals_have_two_keys(serve: Serve, amqp_url: str) -> None:
    """Or one family's second request would be the first one's."""
    async with DyingBroker(amqp_url).reached() as broker, serve(amqp_url=broker.url) as api:
        keys = set()
        for _ in range(2):
            await until_taken(api, {})
            broker.die_after(1)
            keys.add((await api.post("/api/batches", json=ASK)).headers["idempotency-key"])
    assert len(keys) == 2
