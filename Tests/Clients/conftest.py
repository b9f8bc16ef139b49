"""The environment that all scripts share: one 'backlot up', found by its env file as an application would find it."""

import os
import pathlib
import signal
import subprocess
import time
import uuid

import pytest
import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def backlot(tmp_path_factory):
    """The variables of the env file; the environment is taken down at the end and must leave nothing behind."""
    env_file = tmp_path_factory.mktemp("backlot") / "env"
    process = subprocess.Popen(
        [os.environ["BACKLOT"], "up", "--env-file", str(env_file)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        for line in process.stdout:
            if line.startswith("ready"):
                break
        assert process.poll() is None, "backlot up ended before it was ready"
        yield dict(line.split("=", 1) for line in env_file.read_text().splitlines())
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
        assert time.monotonic() - begun < 2, "it is to stop within 2 s"
        assert not env_file.exists()
    finally:
        process.kill()


@pytest.fixture
def user(backlot):
    """A new user's tokens, as the auth service answers a registration."""
    email = f"{uuid.uuid4().hex}@example.com"
    reply = requests.post(
        f"{backlot['AUTH_SERVICE_URL']}/auth/register",
        json={"email": email, "password": "a long password", "name": "Ada"}, timeout=10)
    assert reply.status_code == 200, reply.text
    return reply.json() | {"email": email}


@pytest.fixture
def bearer(user):
    return {"Authorization": f"Bearer {user['access_token']}"}
