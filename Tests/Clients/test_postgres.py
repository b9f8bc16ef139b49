"""A real PostgreSQL behind the fakes, with psycopg: the tables that applications see are those of the services."""

import os
import pathlib
import shutil
import signal
import subprocess
import uuid

import psycopg
import pytest
import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """The variables of an environment with a PostgreSQL server of its own."""
    if not shutil.which("initdb", path=os.pathsep.join([os.environ["PATH"], *map(str, FOLDERS)])):
        pytest.skip("not run: PostgreSQL is not installed (Docker-free-env/install --real)")
    env_file = tmp_path_factory.mktemp("backlot") / "env"
    process = subprocess.Popen(
        [os.environ["BACKLOT"], "up", "--real", "postgres", "--env-file", str(env_file)], cwd=ROOT,
        stdout=subprocess.PIPE, text=True)
    try:
        for line in process.stdout:
            if line.startswith("ready"):
                break
        assert process.poll() is None, "backlot up ended before it was ready"
        variables = dict(line.split("=", 1) for line in env_file.read_text().splitlines())
        yield variables
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(variables["DATABASE_URL"], connect_timeout=2)
    finally:
        process.kill()


def test_a_registered_user_is_a_row(real):
    email = f"{uuid.uuid4().hex}@example.com"
    reply = requests.post(
        f"{real['AUTH_SERVICE_URL']}/auth/register",
        json={"email": email, "password": "a long password", "name": "Ada"}, timeout=10)
    assert reply.status_code == 200, reply.text
    with psycopg.connect(real["DATABASE_URL"]) as connection:
        rows = connection.execute("SELECT full_name, is_active FROM auth_users WHERE email = %s", [email]).fetchall()
    assert rows == [("Ada", True)]


def test_two_serializable_transactions_conflict(real):
    with psycopg.connect(real["DATABASE_URL"], autocommit=True) as one:
        one.execute("CREATE TABLE counter (n BIGINT)")
        one.execute("INSERT INTO counter VALUES (0)")
    with psycopg.connect(real["DATABASE_URL"]) as one, psycopg.connect(real["DATABASE_URL"]) as two:
        for connection in (one, two):
            connection.isolation_level = psycopg.IsolationLevel.SERIALIZABLE
            assert connection.execute("SELECT n FROM counter").fetchone() == (0,)
        one.execute("UPDATE counter SET n = 1")
        one.commit()
        with pytest.raises(psycopg.errors.SerializationFailure):
            two.execute("UPDATE counter SET n = 1")
