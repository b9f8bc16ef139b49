"""HTTP/1.1 as real clients speak it: kept connections, many at once, pipelines, and what is malformed."""

import asyncio
import socket
import urllib.parse

import httpx
import pytest
import requests


def test_many_requests_share_connections(backlot):
    async def ask():
        limits = httpx.Limits(max_connections=8)
        async with httpx.AsyncClient(base_url=backlot["AUTH_SERVICE_URL"], limits=limits) as client:
            replies = await asyncio.gather(*(client.get("/health") for _ in range(200)))
            assert {reply.status_code for reply in replies} == {200}
            head = await client.head("/health")
            assert head.status_code == 200 and head.content == b""

    asyncio.run(ask())


def test_a_chunked_request_is_read_whole(backlot, user):
    body = (piece for piece in (b'{"token": "', user["access_token"].encode(), b'"}'))
    reply = requests.post(
        f"{backlot['AUTH_SERVICE_URL']}/auth/validate", data=body, headers={"Content-Type": "application/json"}, timeout=10)
    assert reply.json()["valid"] is True


def exchange(url, request):
    """What comes back for these bytes, to the end of the connection."""
    place = urllib.parse.urlsplit(url)
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
        return answer


def test_a_pipeline_is_answered_in_order(backlot):
    requests_ = b"".join(b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n" % path for path in (b"/health", b"/nothing", b"/health"))
    statuses = [part[:3] for part in exchange(backlot["AUTH_SERVICE_URL"], requests_).split(b"HTTP/1.1 ")[1:]]
    assert statuses == [b"200", b"404", b"200"]


@pytest.mark.parametrize("request_", [
    b"nonsense\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
    b"POST /auth/login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 200_000 + b"\r\n\r\n",
])
def test_what_is_malformed_is_refused(backlot, request_):
    assert exchange(backlot["AUTH_SERVICE_URL"], request_).split()[1][:1] == b"4"


def test_rows_are_inserted_and_counted(backlot):
    url = backlot["CLICKHOUSE_URL"]
    assert requests.get(f"{url}/ping", timeout=10).text == "Ok.\n"
    row = '{"event_id": "from-requests", "user_id": "u", "event_type": "custom", "timestamp": "2026-01-01 00:00:00.000"}\n'
    insert = requests.post(
        url, params={"query": "INSERT INTO agent_events FORMAT JSONEachRow"}, data=row * 3, timeout=10)
    assert insert.status_code == 200, insert.text
    count = requests.post(url, data="SELECT count() FROM agent_events WHERE event_id = 'from-requests'", timeout=10)
    assert count.text == "3\n"
    unknown = requests.post(url, data="SELECT count() FROM nowhere", timeout=10)
    assert unknown.status_code == 404 and unknown.headers["X-ClickHouse-Exception-Code"] == "60"
