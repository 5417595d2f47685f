from __future__ import annotations

from services.runtime.topology import retry_queues, topology


def test_every_queue_that_is_consumed_says_how_often_it_delivers() -> None:
    """RabbitMQ 4 drops a letter that was looked at twenty times, where the queue does not say otherwise."""
    quorum = [queue for queue in topology(2, 35).queues if queue.arguments["x-queue-type"] == "quorum"]
    silent = {queue.name for queue in quorum if "x-delivery-limit" not in queue.arguments}
    assert silent == set(retry_queues())
