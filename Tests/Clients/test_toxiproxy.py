"""The control API with toxiproxy-python: every toxic, every error, and toxicity that follows the seed."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import threading
import time

import pytest
import requests
from toxiproxy import Toxiproxy
from toxiproxy.exceptions import InvalidToxic, NotFound, ProxyExists

ROOT = pathlib.Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def environment(folder, seed=1):
    """A 'backlot up' with the control API; it must end cleanly, with all that its proxies listened at."""
    ports_file = folder / f"ports-{seed}.json"
    process = subprocess.Popen(
        [os.environ["BACKLOT"], "up", "--toxiproxy-port", "0", "--seed", str(seed), "--ports-file", str(ports_file)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        for line in process.stdout:
            if line.startswith("ready"):
                break
        assert process.poll() is None, "backlot up ended before it was ready"
        place = json.loads(ports_file.read_text())["toxiproxy"]
        client = Toxiproxy()
        client.update_api_consumer(place["host"], place["port"])
        client.url = place["url"]
        yield client
        # The client library keeps one address for all.
        client.update_api_consumer(place["host"], place["port"])
        listens = [proxy.listen for proxy in client.proxies().values()]
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
        for listen in listens + [f"{place['host']}:{place['port']}"]:
            with pytest.raises(ConnectionRefusedError):
                connect(listen)
    finally:
        process.kill()


@pytest.fixture(scope="module")
def control(tmp_path_factory):
    with environment(tmp_path_factory.mktemp("toxiproxy")) as client:
        yield client


@pytest.fixture
def toxiproxy(control):
    control.destroy_all()
    yield control


@pytest.fixture(scope="module")
def echo():
    """An echo server's address."""
    server = socket.create_server(("127.0.0.1", 0), backlog=256)

    def serve(connection):
        with connection, contextlib.suppress(OSError):
            while piece := connection.recv(65536):
                connection.sendall(piece)

    def accept():
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=serve, args=[server.accept()[0]], daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield "127.0.0.1:%d" % server.getsockname()[1]
    server.close()


def connect(listen):
    host, port = listen.rsplit(":", 1)
    return socket.create_connection((host, int(port)), timeout=20)


def read(connection, count=None):
    """So many bytes, or all to the end."""
    data = b""
    while count is None or len(data) < count:
        piece = connection.recv(65536)
        if not piece:
            break
        data += piece
    return data


def exchange(proxy, data=b"hello"):
    """What comes back, and how long it took."""
    begun = time.monotonic()
    with connect(proxy.listen) as connection:
        connection.sendall(data)
        return read(connection, len(data)), time.monotonic() - begun


def test_proxies_are_made_listed_and_destroyed(toxiproxy, echo):
    assert toxiproxy.running() and toxiproxy.proxies() == {}
    assert json.loads(toxiproxy.version()) == {"version": "git"}
    proxy = toxiproxy.create(name="echo", upstream=echo)
    assert proxy.enabled and not proxy.listen.endswith(":0")
    assert exchange(proxy)[0] == b"hello"
    with pytest.raises(ProxyExists):
        toxiproxy.create(name="echo", upstream=echo)
    populated = toxiproxy.populate([
        {"name": "echo", "upstream": echo, "listen": proxy.listen},
        {"name": "other", "upstream": echo, "listen": "127.0.0.1:0"},
    ])
    assert [each.name for each in populated] == ["other"] and set(toxiproxy.proxies()) == {"echo", "other"}
    assert toxiproxy.destroy(proxy)
    with pytest.raises(ConnectionRefusedError):
        connect(proxy.listen)
    with pytest.raises(NotFound):
        proxy.destroy()


def test_down_and_reset(toxiproxy, echo):
    proxy = toxiproxy.create(name="echo", upstream=echo)
    with connect(proxy.listen) as connection:
        connection.sendall(b"a")
        assert read(connection, 1) == b"a"
        with proxy.down():
            assert read(connection) == b""
            with pytest.raises(ConnectionRefusedError):
                connect(proxy.listen)
    assert exchange(proxy)[0] == b"hello"
    proxy.add_toxic(type="timeout", stream="upstream")
    proxy.disable()
    assert toxiproxy.reset()
    assert toxiproxy.get_proxy("echo").enabled and proxy.toxics() == {}
    assert exchange(proxy)[0] == b"hello"


def test_latency(toxiproxy, echo):
    proxy = toxiproxy.create(name="echo", upstream=echo)
    proxy.add_toxic(type="latency", attributes={"latency": 200, "jitter": 50})
    toxic = proxy.get_toxic("latency_downstream")
    assert (toxic.type, toxic.stream, toxic.toxicity) == ("latency", "downstream", 1.0)
    assert toxic.attributes == {"latency": 200, "jitter": 50}
    data, took = exchange(proxy)
    assert data == b"hello" and took >= 0.15
    proxy.destroy_toxic("latency_downstream")
    assert proxy.toxics() == {}


def test_bandwidth(toxiproxy, echo):
    proxy = toxiproxy.create(name="echo", upstream=echo)
    proxy.add_toxic(type="bandwidth", stream="upstream", attributes={"rate": 100})
    data, took = exchange(proxy, b"x" * 50_000)
    assert len(data) == 50_000 and took >= 0.45


def test_slow_close(toxiproxy, echo):
    proxy = toxiproxy.create(name="echo", upstream=echo)
    proxy.add_toxic(type="slow_close", attributes={"delay": 300})
    with connect(proxy.listen) as connection:
        connection.sendall(b"a")
        assert read(connection, 1) == b"a"
        begun = time.monotonic()
        connection.shutdown(socket.SHUT_WR)
        assert read(connection) == b"" and time.monotonic() - begun >= 0.28


def test_timeout(toxiproxy, echo):
    proxy = toxiproxy.create(name="echo", upstream=echo)
    proxy.add_toxic(type="timeout", attributes={"timeout": 200})
    begun = time.monotonic()
    with connect(proxy.listen) as connection:
        assert read(connection) == b"" and time.monotonic() - begun >= 0.18
    proxy.destroy_toxic("timeout_downstream")
    proxy.add_toxic(type="timeout", attributes={"timeout": 0})
    with connect(proxy.listen) as connection:
        connection.sendall(b"a")
        connection.settimeout(0.3)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        connection.settimeout(10)
        proxy.destroy_toxic("timeout_downstream")
        assert read(connection) == b"", "removing it closes what it held up"


def test_reset_peer(toxiproxy, echo):
    proxy = toxiproxy.create(name="echo", upstream=echo)
    for stream in ("upstream", "downstream"):
        proxy.add_toxic(type="reset_peer", stream=stream, attributes={"timeout": 100})
        with connect(proxy.listen) as connection:
            begun = time.monotonic()
            connection.sendall(b"a")
            with pytest.raises(ConnectionResetError):
                connection.recv(1)
            assert time.monotonic() - begun >= 0.08
        proxy.destroy_toxic(f"reset_peer_{stream}")


def test_slicer_and_limit_data(toxiproxy, echo):
    proxy = toxiproxy.create(name="echo", upstream=echo)
    proxy.add_toxic(type="slicer", attributes={"average_size": 64, "size_variation": 32, "delay": 100})
    data = bytes(range(256)) * 20
    assert exchange(proxy, data)[0] == data
    proxy.add_toxic(type="limit_data", attributes={"bytes": 1000})
    proxy.add_toxic(type="noop", stream="upstream")
    with connect(proxy.listen) as connection:
        connection.sendall(data)
        assert read(connection) == data[:1000]
    assert [toxic.type for toxic in proxy.toxics().values()] == ["noop", "slicer", "limit_data"], "upstream's stand first"


def test_what_is_wrong_is_refused(toxiproxy, echo):
    proxy = toxiproxy.create(name="echo", upstream=echo)
    proxy.add_toxic(type="latency", name="late")
    with pytest.raises(InvalidToxic, match="invalid toxic type"):
        proxy.add_toxic(type="walrus")
    with pytest.raises(InvalidToxic, match="stream was invalid, can be either upstream or downstream"):
        proxy.add_toxic(type="latency", stream="walrustream")
    with pytest.raises(ProxyExists, match="toxic already exists"):
        proxy.add_toxic(type="slow_close", name="late")
    with pytest.raises(NotFound, match="toxic not found"):
        proxy.destroy_toxic("nobody")
    with pytest.raises(InvalidToxic, match="missing required field: upstream"):
        toxiproxy.create(name="x", upstream="")
    with pytest.raises(InvalidToxic, match="missing required field: name"):
        toxiproxy.create(name="", upstream=echo)

    def error(method, path, **arguments):
        reply = requests.request(method, toxiproxy.url + path, timeout=10, **arguments)
        assert reply.json()["status"] == reply.status_code
        return reply.status_code, reply.json()["error"]

    assert error("POST", "/proxies", data="nonsense") == (
        400, "bad request body: invalid character 'o' in literal null (expecting 'u')")
    assert error("POST", "/proxies", data="") == (400, "bad request body: EOF")
    assert error("POST", "/proxies", json={"name": "x", "upstream": echo, "listen": proxy.listen}) == (
        500, f"listen tcp {proxy.listen}: bind: address already in use")
    assert error("POST", "/populate", json=[{"name": "x", "upstream": echo, "listen": "local373"}]) == (
        500, "listen tcp: address local373: missing port in address")
    assert error("POST", "/populate", json=[{"upstream": echo}]) == (400, "missing required field: name at proxy 1")
    assert error("PATCH", "/proxies/nobody", json={}) == (404, "proxy not found")
    assert error("POST", "/proxies", json={"name": 1}) == (
        400, "bad request body: json: cannot unmarshal number into Go struct field Proxy.name of type string")
    assert error("POST", "/proxies/echo/toxics", json={"type": "slicer", "attributes": {"delay": 1.5}}) == (
        400, "bad request body: json: cannot unmarshal number 1.5 into Go struct field SlicerToxic.attributes.delay of type int")
    assert error("PATCH", "/proxies/echo/toxics/late", data='{"toxicity": 1e39}') == (
        400, "bad request body: json: cannot unmarshal number 1e39 into Go struct field .toxicity of type float32")
    browser = requests.get(toxiproxy.url + "/proxies", headers={"User-Agent": "Mozilla/5.0"}, timeout=10)
    assert (browser.status_code, browser.text) == (403, "User agent not allowed\n")
    assert requests.get(toxiproxy.url + "/toxics", timeout=10).status_code == 404
    assert requests.put(toxiproxy.url + "/proxies", timeout=10).status_code == 405
    assert "late" in proxy.toxics() and set(toxiproxy.proxies()) == {"echo"}


def test_answers_are_written_as_toxiproxy_writes_them(toxiproxy, echo):
    """Byte for byte, for those who compare texts."""
    url = f"{toxiproxy.url}/proxies"
    disabled = {"name": "<a>", "listen": "localhost:1", "upstream": echo, "enabled": False}
    reply = requests.post(url, json=disabled, timeout=10)
    assert (reply.status_code, reply.headers["Content-Type"]) == (201, "application/json")
    assert reply.text == (
        f'{{"name":"\\u003ca\\u003e","listen":"localhost:1","upstream":"{echo}","enabled":false,"toxics":[]}}')
    reply = requests.post(f"{url}/<a>/toxics", json={"type": "noop", "stream": "Upstream", "toxicity": 1e-7}, timeout=10)
    assert reply.text == (
        '{"attributes":{},"name":"noop_Upstream","type":"noop","stream":"Upstream","toxicity":1e-7}')
    # A proxy that never listened is not yet the one of any address.
    populated = requests.post(
        f"{toxiproxy.url}/populate", json=[disabled | {"listen": "localhost:0", "enabled": True}], timeout=10)
    assert populated.json()["proxies"][0]["toxics"] == [] and exchange(toxiproxy.get_proxy("<a>"))[0] == b"hello"


def test_toxics_change_while_a_connection_lives(toxiproxy, echo):
    proxy = toxiproxy.create(name="echo", upstream=echo)
    with connect(proxy.listen) as connection:
        for round in range(20):
            proxy.add_toxic(type="latency", stream="upstream", attributes={"latency": 2000})
            connection.sendall(b"%3d" % round)
            reply = requests.patch(
                f"{toxiproxy.url}/proxies/echo/toxics/latency_upstream", json={"attributes": {"jitter": 1}}, timeout=10)
            assert reply.json()["attributes"] == {"latency": 2000, "jitter": 1}
            proxy.destroy_toxic("latency_upstream")
            assert read(connection, 3) == b"%3d" % round
    metrics = requests.get(toxiproxy.url + "/metrics", timeout=10)
    assert metrics.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert f'listener="{proxy.listen}",proxy="echo",upstream="{echo}"}} 60\n' in metrics.text


def test_many_connections_at_once(toxiproxy, echo):
    proxy = toxiproxy.create(name="echo", upstream=echo)
    proxy.add_toxic(type="latency", attributes={"latency": 100, "jitter": 100})
    connections = [connect(proxy.listen) for _ in range(200)]
    for index, connection in enumerate(connections):
        connection.sendall(b"%03d" % index)
    for index, connection in enumerate(connections):
        assert read(connection, 3) == b"%03d" % index
        # Half of them end with a reset, which hurts nobody else.
        if index % 2:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
    assert exchange(proxy)[0] == b"hello"


def test_toxicity_follows_the_seed(tmp_path, echo, control):
    def hits(seed):
        """Which of 40 connections a toxic of toxicity 0.5 hits."""
        with environment(tmp_path, seed) as client:
            proxy = client.create(name="echo", upstream=echo)
            proxy.add_toxic(type="limit_data", toxicity=0.5, attributes={"bytes": 0})
            hits = [exchange(proxy, b"a")[0] == b"" for _ in range(40)]
            # A proxy that is made anew counts its connections anew.
            client.destroy(proxy)
            proxy = client.create(name="echo", upstream=echo)
            proxy.add_toxic(type="limit_data", toxicity=0.5, attributes={"bytes": 0})
            assert [exchange(proxy, b"a")[0] == b"" for _ in range(40)] == hits
            return hits

    first = hits(7)
    assert 5 <= sum(first) <= 35
    assert hits(7) == first
    assert hits(8) != first


def test_paths_are_read_as_toxiproxy_reads_them(tmp_path, echo, control):
    # An environment of its own: nobody can remove a proxy whose name has a slash.
    with environment(tmp_path) as client:
        def get(path):
            with connect(client.url.removeprefix("http://")) as connection:
                connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
                return read(connection).decode()

        client.create(name="a/b", upstream=echo)
        assert get("/proxies/a%2Fb").startswith("HTTP/1.1 404 "), "a slash is a slash, encoded too"
        moved = get("//proxies?x")
        assert moved.startswith("HTTP/1.1 301 ") and "Location: /proxies?x\r\n" in moved
        assert "X-Toxiproxy-Request-Id" not in moved and "X-Toxiproxy-Request-Id" in get("/proxies")
        assert get("/proxies/%zz").startswith("HTTP/1.1 400 ")
        assert get("http://x/version").endswith('{"version": "git"}\n')
