"""ClickHouse's HTTP interface as plain HTTP clients use it: tables, three formats of rows, aggregates, errors."""

import time
import uuid

import httpx
import pytest
import requests


@pytest.fixture
def clickhouse(backlot):
    """Posts a statement; parameters go into the URL."""
    session = requests.Session()

    def post(statement, data=None, **parameters):
        if data is not None:
            parameters["query"] = statement
        return session.post(
            backlot["CLICKHOUSE_URL"], params=parameters, data=statement.encode() if data is None else data, timeout=10)

    return post


@pytest.fixture
def table(clickhouse):
    name = f"measurements_{uuid.uuid4().hex}"
    created = clickhouse(f"""
        CREATE TABLE {name} (
            id UUID DEFAULT generateUUIDv4(), user LowCardinality(String), value Nullable(Float64), tags Array(String),
            at DateTime64(3, 'UTC') DEFAULT now64(3)
        ) ENGINE = MergeTree PARTITION BY toYYYYMM(at) ORDER BY (user, at) TTL toDateTime(at) + INTERVAL 90 DAY""")
    assert created.status_code == 200, created.text
    yield name
    assert clickhouse(f"DROP TABLE {name}").status_code == 200


def test_rows_go_in_by_three_formats_and_come_out_grouped(clickhouse, table):
    for insert, data in [
        ("FORMAT JSONEachRow", '{"user": "ada", "value": 1.5, "tags": ["x"]}\n{"user": "bob"}\n'),
        ("(user, value) FORMAT TabSeparated", "ada\t2.5\nbob\t\\N\n"),
        ("(user, value) FORMAT CSVWithNames", 'user,value\n"ada",4\n'),
    ]:
        reply = clickhouse(f"INSERT INTO {table} {insert}", data)
        assert reply.status_code == 200, reply.text
    values = clickhouse(f"INSERT INTO {table} (user, value) VALUES ('eve', 1 / 4)")
    assert values.status_code == 200, values.text

    reply = clickhouse(f"""
        SELECT user, count() AS n, avg(value) AS mean, quantileExactIf(0.5)(value, value > 2) AS high, uniqExact(id) AS ids
        FROM {table} GROUP BY user ORDER BY user FORMAT JSON""")
    assert reply.status_code == 200, reply.text
    assert reply.headers["Content-Type"].startswith("application/json")
    document = reply.json()
    assert [column["type"] for column in document["meta"]] == [
        "String", "UInt64", "Nullable(Float64)", "Nullable(Float64)", "UInt64"]
    assert document["data"] == [
        {"user": "ada", "n": "3", "mean": (1.5 + 2.5 + 4) / 3, "high": 4, "ids": "3"},
        {"user": "bob", "n": "2", "mean": None, "high": None, "ids": "2"},
        {"user": "eve", "n": "1", "mean": 0.25, "high": None, "ids": "1"},
    ]
    assert document["rows"] == 3 and document["statistics"]["rows_read"] == 6


def test_parameters_settings_and_headers(backlot, clickhouse, table):
    reply = clickhouse(
        "SELECT {name:String} AS name, {list:Array(UInt8)} AS list FORMAT JSONEachRow",
        param_name="o'neil", param_list="[1,2]", query_id="q-1")
    assert reply.json() == {"name": "o'neil", "list": [1, 2]}
    assert reply.headers["X-ClickHouse-Query-Id"] == "q-1"
    assert reply.headers["X-ClickHouse-Format"] == "JSONEachRow"
    assert '"read_rows"' in reply.headers["X-ClickHouse-Summary"]
    with httpx.Client(base_url=backlot["CLICKHOUSE_URL"]) as client:
        read = client.get("/", params={"query": "SELECT 2 + 2", "default_format": "JSONCompact"})
        assert read.json()["data"] == [[4]]
        refused = client.get("/", params={"query": f"TRUNCATE TABLE {table}"})
        assert refused.headers["X-ClickHouse-Exception-Code"] == "164"
        assert client.get("/ping").text == client.get("/").text == "Ok.\n"


def test_an_asynchronous_insert_becomes_visible(clickhouse, table):
    reply = clickhouse(
        f"INSERT INTO {table} FORMAT JSONEachRow", '{"user": "late"}', async_insert=1, wait_for_async_insert=0,
        async_insert_busy_timeout_ms=50)
    assert reply.status_code == 200, reply.text
    deadline = time.monotonic() + 5
    while clickhouse(f"SELECT count() FROM {table}").text != "1\n":
        assert time.monotonic() < deadline, "the row was never seen"


@pytest.mark.parametrize("statement, status, code, name", [
    ("SELECT 1 +", 400, 62, "SYNTAX_ERROR"), ("SELECT * FROM nowhere", 404, 60, "UNKNOWN_TABLE"),
    ("SELECT * FROM nowhere.nothing", 404, 81, "UNKNOWN_DATABASE"), ("SELECT nothing FROM agent_events", 404, 47, "UNKNOWN_IDENTIFIER"),
    ("SELECT lenght('a')", 404, 46, "UNKNOWN_FUNCTION"), ("SELECT 1 FORMAT Jsn", 404, 73, "UNKNOWN_FORMAT"),
    ("SELECT user_id, count() FROM agent_events", 500, 215, "NOT_AN_AGGREGATE"),
    ("CREATE TABLE agent_events (x UInt8) ENGINE = Memory", 500, 57, "TABLE_ALREADY_EXISTS"),
    ("SELECT toDate('yesterday')", 400, 38, "CANNOT_PARSE_DATE"),
    ("SELECT " + "(" * 100_000, 400, 306, "TOO_DEEP_RECURSION"),
])
def test_errors_have_clickhouses_codes(clickhouse, statement, status, code, name):
    reply = clickhouse(statement)
    assert reply.status_code == status, reply.text
    assert reply.headers["X-ClickHouse-Exception-Code"] == str(code)
    assert reply.text.startswith(f"Code: {code}. DB::Exception: ") and reply.text.endswith(f"({name})\n")
