"""events with websockets and aiohttp: who may connect, what is answered, a whole run of an agent, and the echo."""

import asyncio
import contextlib
import json
import os

import aiohttp
import pytest
import requests
import websockets
from websockets.sync.client import connect


def receive(socket, *types):
    """The frames up to the first of one of these types, with it."""
    frames = []
    while not frames or frames[-1]["type"] not in types:
        frames.append(json.loads(socket.recv(timeout=30)))
    return frames


@pytest.mark.parametrize("way", ["subprotocol", "header"])
def test_a_run_is_seen_event_by_event(backlot, user, bearer, way):
    thread = requests.post(f"{backlot['BACKEND_URL']}/api/threads", json={"title": "t"}, headers=bearer, timeout=10).json()
    options = (
        {"subprotocols": ["jwt-auth", f"jwt.{user['access_token']}"]} if way == "subprotocol"
        else {"additional_headers": bearer})
    with connect(backlot["WEBSOCKET_URL"], **options) as socket:
        assert socket.subprotocol == ("jwt-auth" if way == "subprotocol" else None)
        welcome = receive(socket, "connection_established")[0]
        assert welcome["data"]["user_id"] == user["user"]["id"]
        message = {"type": "user_message", "message_id": "m1",
                   "payload": {"message": "What can I save on costs?", "thread_id": thread["id"]}}
        socket.send(json.dumps(message))
        frames = receive(socket, "agent_completed", "agent_error", "error_message")
        kinds = [frame["type"] for frame in frames]
        assert kinds[-1] == "agent_completed", frames[-1]
        for kind in ("agent_task_ack", "agent_started", "agent_thinking", "tool_executing", "tool_completed"):
            assert kind in kinds
        events = [frame for frame in frames if "sequence" in frame]
        assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
        assert {event["thread_id"] for event in events} == {thread["id"]}
        answer = "".join(event["data"]["content"] for event in events if event["type"] == "agent_response_chunk")
        assert events[-1]["data"]["result"] == answer != ""
    messages = requests.get(
        f"{backlot['BACKEND_URL']}/api/threads/{thread['id']}/messages", headers=bearer, timeout=10).json()["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant"] and messages[1]["content"] == answer


@pytest.mark.parametrize("kind", ["ping", "heartbeat", "connect", "disconnect", "typing", "no-such-type"])
def test_every_message_is_answered(backlot, bearer, kind):
    with connect(backlot["WEBSOCKET_URL"], additional_headers=bearer) as socket:
        receive(socket, "connection_established")
        socket.send(json.dumps({"type": kind, "message_id": "m"}))
        assert json.loads(socket.recv(timeout=10))["correlation_id"] == "m"
        socket.send("no JSON")
        assert json.loads(socket.recv(timeout=10))["data"]["error_code"] == "JSON_PARSE_ERROR"


def test_nobody_connects_without_a_token(backlot):
    for options in ({}, {"additional_headers": {"Authorization": "Bearer nonsense"}}):
        with pytest.raises(websockets.InvalidStatus) as refusal:
            connect(backlot["WEBSOCKET_URL"], **options)
        assert refusal.value.response.status_code == 401


def test_a_connection_resumes(backlot, bearer):
    with connect(backlot["WEBSOCKET_URL"], additional_headers=bearer) as socket:
        receive(socket, "connection_established")
        socket.send(json.dumps({"type": "user_message", "payload": {"message": "hello", "agent": "data"}}))
        seen = [frame for frame in receive(socket, "agent_completed") if "sequence" in frame]
    last = seen[1]["sequence"]
    with connect(f"{backlot['WEBSOCKET_URL']}?last_sequence={last}", additional_headers=bearer) as socket:
        again = [frame for frame in receive(socket, "agent_completed") if "sequence" in frame]
        assert [event["sequence"] for event in again] == [event["sequence"] for event in seen[2:]]
        assert all(event.pop("recovered") for event in again) and again == seen[2:]
    with connect(backlot["WEBSOCKET_URL"], additional_headers=bearer) as socket:
        receive(socket, "connection_established")
        socket.send(json.dumps({"type": "resume", "message_id": "r", "payload": {"last_sequence": 0}}))
        answer = receive(socket, "resume_ack")[-1]
        assert answer["correlation_id"] == "r" and answer["data"]["replayed"] == len(seen)
        assert len([frame for frame in receive(socket, "agent_completed") if "sequence" in frame]) == len(seen)


def closing(socket):
    """The code and reason with which the service ends a connection."""
    with pytest.raises(websockets.ConnectionClosed) as end:
        while True:
            socket.recv(timeout=10)
    return end.value.rcvd.code, end.value.rcvd.reason


def test_close_codes(backlot, bearer):
    with connect(backlot["WEBSOCKET_URL"], additional_headers=bearer) as socket:
        socket.send("x" * 8193)
        assert closing(socket)[0] == 1009
    with connect(backlot["WEBSOCKET_URL"], additional_headers=bearer) as socket:
        socket.send(b"bytes")
        assert closing(socket) == (1003, "Messages are texts")
    with contextlib.ExitStack() as sockets:
        for _ in range(10):
            socket = sockets.enter_context(connect(backlot["WEBSOCKET_URL"], additional_headers=bearer))
            receive(socket, "connection_established")
        with connect(backlot["WEBSOCKET_URL"], additional_headers=bearer) as socket:
            assert receive(socket, "error_message")[-1]["data"]["error_code"] == "CONNECTION_ERROR"
            assert closing(socket) == (1008, "Too many connections")


def test_json_rpc_is_processed(backlot, bearer):
    with connect(backlot["WEBSOCKET_URL"], additional_headers=bearer) as socket:
        receive(socket, "connection_established")
        socket.send(json.dumps({"jsonrpc": "2.0", "method": "list", "id": 7}))
        answer = json.loads(socket.recv(timeout=10))
        assert answer == {"jsonrpc": "2.0", "id": 7, "result": {"status": "processed", "method": "list"}}


def test_echo_returns_whatever_comes(backlot):
    url = backlot["WEBSOCKET_URL"].removesuffix("/ws") + "/echo"
    with connect(url, max_size=None) as socket:
        for message in ("", "text", "\N{GRINNING FACE}" * 1000, b"", b"\x00\xff", os.urandom(100_000)):
            socket.send(message)
            assert socket.recv(timeout=10) == message
        # One message in many frames.
        socket.send(iter(["in ", "", "pieces"]))
        assert socket.recv(timeout=10) == "in pieces"
        assert socket.ping().wait(timeout=10)
        socket.close(1000, "done")
        assert socket.close_code == 1000


def test_echo_with_aiohttp(backlot):
    async def talk():
        url = backlot["WEBSOCKET_URL"].removesuffix("/ws") + "/echo"
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
            await socket.send_str("over aiohttp")
            assert await socket.receive_str(timeout=10) == "over aiohttp"
            await asyncio.gather(*(socket.send_bytes(bytes([n]) * n) for n in range(200)))
            assert [await socket.receive_bytes(timeout=10) for _ in range(200)] == [bytes([n]) * n for n in range(200)]

    asyncio.run(talk())
