"""The cache with redis-py: commands, pipelines, transactions, channels, iteration, expiry, both protocol versions."""

import asyncio
import time
import uuid

import pytest
import redis
import redis.asyncio


@pytest.fixture(params=[2, 3])
def cache(backlot, request):
    """A client of either protocol version."""
    with redis.Redis.from_url(backlot["REDIS_URL"], protocol=request.param, decode_responses=True) as client:
        yield client


@pytest.fixture
def key():
    return f"test:{uuid.uuid4().hex}"


def test_strings_and_counters(cache, key):
    assert cache.ping() is True
    assert cache.set(key, "v", nx=True) is True and cache.set(key, "w", nx=True) is None
    assert cache.get(key) == "v" and cache.get(key + "?") is None
    assert cache.incrby(key + ":n", 5) == 5 and cache.incrbyfloat(key + ":n", 0.1) == 5.1
    assert cache.mget([key, key + "?"]) == ["v", None]
    with pytest.raises(redis.ResponseError, match="^WRONGTYPE|wrong kind of value"):
        cache.lpush(key, "x")
    assert cache.delete(key, key + ":n") == 2


def test_bytes_of_any_kind(backlot, key):
    with redis.Redis.from_url(backlot["REDIS_URL"]) as client:
        everything = bytes(range(256)) * 300
        client.set(key, everything)
        assert client.get(key) == everything


def test_collections(cache, key):
    cache.hset(key + ":h", mapping={"f": 1, "g": "two"})
    assert cache.hgetall(key + ":h") == {"f": "1", "g": "two"}
    cache.rpush(key + ":l", *"abc")
    assert cache.lrange(key + ":l", 0, -1) == ["a", "b", "c"] and cache.lpop(key + ":l", 2) == ["a", "b"]
    cache.sadd(key + ":s", "a", "b")
    assert cache.smembers(key + ":s") == {"a", "b"}
    cache.zadd(key + ":z", {"a": 1, "b": 2.5})
    assert [tuple(pair) for pair in cache.zrange(key + ":z", 0, -1, withscores=True)] == [("a", 1.0), ("b", 2.5)]
    assert cache.zscore(key + ":z", "b") == 2.5


def test_expiry(cache, key):
    cache.set(key, "v", px=80)
    assert 0 < cache.pttl(key) <= 80 and cache.ttl(key + "?") == -2
    deadline = time.monotonic() + 5
    while cache.get(key) is not None:
        assert time.monotonic() < deadline
    assert cache.exists(key) == 0


def test_pipeline_and_transaction(cache, key):
    with cache.pipeline(transaction=False) as pipe:
        for number in range(500):
            pipe.rpush(key, number)
        assert pipe.execute() == list(range(1, 501))
    with cache.pipeline() as pipe:
        assert pipe.set(key + ":t", 1).incr(key + ":t").get(key + ":t").execute() == [True, 2, "2"]


def test_watch(cache, key):
    with cache.pipeline() as pipe:
        pipe.watch(key)
        cache.set(key, "somebody else")
        pipe.multi()
        pipe.set(key, "mine")
        with pytest.raises(redis.WatchError):
            pipe.execute()
    assert cache.get(key) == "somebody else"


def test_scan_iter(cache, key):
    for number in range(100):
        cache.set(f"{key}:{number}", number)
    assert set(cache.scan_iter(match=key + ":*", count=7)) == {f"{key}:{number}" for number in range(100)}
    cache.hset(key, mapping={str(number): number for number in range(50)})
    assert len(dict(cache.hscan_iter(key))) == 50


def test_channels(cache, key):
    with cache.pubsub() as channel:
        channel.subscribe(key)
        channel.psubscribe(key[:-4] + "*")
        seen = [channel.get_message(timeout=5) for _ in range(2)]
        assert [message["type"] for message in seen] == ["subscribe", "psubscribe"]
        assert cache.publish(key, "hello") == 2
        seen = [channel.get_message(timeout=5) for _ in range(2)]
        assert [(message["type"], message["data"]) for message in seen] == [("message", "hello"), ("pmessage", "hello")]


def test_asyncio(backlot, key):
    async def use():
        client = redis.asyncio.from_url(backlot["REDIS_URL"], decode_responses=True)
        async with client, client.pubsub() as channel:
            await channel.subscribe(key)
            await asyncio.gather(*(client.incr(key + ":n") for _ in range(50)))
            assert await client.get(key + ":n") == "50"
            await client.publish(key, "late")
            async for message in channel.listen():
                if message["type"] == "message":
                    return message["data"]

    assert asyncio.run(asyncio.wait_for(use(), 10)) == "late"


def test_errors_are_those_of_redis(cache):
    with pytest.raises(redis.ResponseError, match="unknown command 'NOSUCH', with args beginning with: 'x'"):
        cache.execute_command("NOSUCH", "x")
    with pytest.raises(redis.ResponseError, match="wrong number of arguments for 'get' command"):
        cache.execute_command("GET")
