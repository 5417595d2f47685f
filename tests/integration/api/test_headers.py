"""What stands around an answer: validators, links, compression, other sites, and the names of requests."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from schema.views import BatchView
from tests.integration.api.forms import LINK, refusal
from tests.integration.api.ledger import SWIM, SWIMMER

if TYPE_CHECKING:
    from uuid import UUID

    import httpx2

    from tests.integration.api.conftest import Serve
    from tests.integration.api.ledger import Ledger

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
SITE = "https://swims.example"


def links(answer: httpx2.Response) -> dict[str, str]:
    return {relation: link["url"] for relation, link in answer.links.items() if relation}


@pytest.mark.parametrize("end", ["", "/results", "/calendar.ics"])
async def test_who_has_an_answer_is_told_so_until_it_changes(api: httpx2.AsyncClient, ledger: Ledger, end: str) -> None:
    batch_id = await ledger.submitted()
    await ledger.completed(batch_id, 1, SWIM)
    address = f"/api/batches/{batch_id}{end}"
    first = await api.get(address)
    tag = first.headers["etag"]
    for known in (tag, f'"other", {tag}', tag.removeprefix("W/"), "*"):
        again = await api.get(address, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert (again.headers["cache-control"], again.headers["link"]) == ("no-store", first.headers["link"])
    for other in ('W/"other"', tag.replace('"', ""), ""):
        assert (await api.get(address, headers={"If-None-Match": other})).content == first.content
    await ledger.completed(batch_id, 2, SWIM.model_copy(update={"event_number": "14"}))
    changed = await api.get(address, headers={"If-None-Match": tag})
    assert (changed.status_code, changed.headers["etag"] == tag) == (200, False)


async def test_a_schedule_that_another_batch_corrects_has_another_tag(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    batch_id = await ledger.submitted()
    await ledger.completed(batch_id, 1, SWIM)
    address = f"/api/batches/{batch_id}/results"
    tag = (await api.get(address)).headers["etag"]
    await ledger.connection.execute("UPDATE extraction_results SET meet_name = 'Autumn Open'")
    assert (await api.get(address, headers={"If-None-Match": tag})).status_code == 200


async def test_answers_lead_to_each_other(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    batch_id = await ledger.submitted()
    await ledger.started(batch_id)
    batch = f"/api/batches/{batch_id}"
    found = links(await api.get(batch))
    assert found == {"results": f"{batch}/results", "events": f"{batch}/events", "calendar": f"{batch}/calendar.ics"}
    for address in (found["results"], found["calendar"], found["events"]):
        assert links(await api.get(address)) == {"up": batch}
    assert links(await api.post(f"{batch}/cancel")) == found
    taken = await api.post("/api/batches", json={"swimmer": SWIMMER, "urls": [LINK]})
    assert links(taken)["events"] == taken.json()["events_url"]
    home = links(await api.get("/"))
    assert [(await api.get(address)).status_code for address in home.values()] == [200, 200]


async def test_pages_of_a_log_are_turned_by_their_links(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    batch_id = await ledger.submitted()
    await ledger.many(batch_id, 6)
    seen, address = list[int](), f"/api/batches/{batch_id}/events?limit=3"
    while address:
        page = await api.get(address)
        seen += [event["eventid"] for event in page.json()["events"]]
        address = links(page).get("next", "")
    assert seen == [1, 2, 3, 4, 5, 6, 7]


async def test_json_is_compressed_for_who_takes_it(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    batch_id = await ledger.submitted(sheets=15)
    raw = {}
    for encoding in ("gzip", "identity"):
        headers = {"Accept-Encoding": encoding}
        async with api.stream("GET", f"/api/batches/{batch_id}", headers=headers) as answer:
            raw[encoding] = b"".join([piece async for piece in answer.aiter_raw()])
            assert answer.headers.get("content-encoding", "identity") == encoding
            assert "accept-encoding" in answer.headers["vary"].lower()
    assert len(raw["gzip"]) < len(raw["identity"]) / 3
    assert gzip.decompress(raw["gzip"]) == raw["identity"]
    assert BatchView.model_validate_json(raw["identity"]).total_pdfs == 15


async def test_a_stream_is_not_compressed(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    batch_id = await ledger.submitted()
    await ledger.many(batch_id, 20)
    await ledger.over(batch_id)
    headers = {"Accept": "text/event-stream", "Accept-Encoding": "gzip"}
    async with api.stream("GET", f"/api/batches/{batch_id}/events", headers=headers) as answer:
        raw = b"".join([piece async for piece in answer.aiter_raw()])
    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "accept"
    assert raw.count(b"event: job_progress") == 20


async def test_a_request_keeps_its_names_and_one_without_gets_one(api: httpx2.AsyncClient) -> None:
    named = await api.get("/api/batches/7", headers={"X-Request-Id": "from-a-test", "traceparent": TRACE})
    assert refusal(named) == (400, "bad-batch-id")
    assert (named.headers["x-request-id"], named.headers["traceparent"]) == ("from-a-test", TRACE)
    plain = await api.get("/", headers={"traceparent": TRACE.upper()})
    assert plain.headers["x-request-id"]
    assert "traceparent" not in plain.headers


async def test_other_sites_are_let_in_where_they_are_named(serve: Serve, ledger: Ledger) -> None:
    batch_id = await ledger.submitted()
    async with serve(cors_origins=SITE) as api:
        assert await allowed(api, batch_id, SITE) == (200, SITE, SITE)
        assert await allowed(api, batch_id, "https://other.example") == (400, None, None)
        answer = await api.get(f"/api/batches/{batch_id}", headers={"Origin": SITE})
        assert {"ETag", "Link", "X-Request-Id"} <= set(answer.headers["access-control-expose-headers"].split(", "))
        assert "access-control-allow-credentials" not in answer.headers
        async with api.sse(f"/api/batches/{batch_id}/events", headers={"Origin": SITE}) as stream:
            assert stream.response.headers["access-control-allow-origin"] == SITE
    async with serve() as api:
        assert await allowed(api, batch_id, SITE) == (405, None, None)


async def allowed(api: httpx2.AsyncClient, batch_id: UUID, origin: str) -> tuple[int, str | None, str | None]:
    """What a browser is told before a submit, and with a read."""
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "idempotency-key, content-type"}
    before = await api.options("/api/batches", headers={"Origin": origin, **asks})
    read = await api.get(f"/api/batches/{batch_id}", headers={"Origin": origin})
    assert read.status_code == 200
    name = "access-control-allow-origin"
    return before.status_code, before.headers.get(name), read.headers.get(name)


async def test_the_contract_is_served_with_the_limits_of_its_gateway(serve: Serve) -> None:
    async with serve(max_pdfs=7) as api:
        document = (await api.get("/openapi.json")).json()
        page = await api.get("/docs")
        problem = await api.get("/problems/not-found")
        assert refusal(await api.get("/problems/nobody")) == (404, "not-found")
    assert document["components"]["schemas"]["SubmitRequest"]["properties"]["urls"]["maxItems"] == 7
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert (problem.status_code, problem.headers["location"]) == (303, "/docs#not-found")
