"""auth with requests and PyJWT: registering, logging in, tokens that PyJWT reads, rotation, logging out."""

import time

import jwt
import pytest
import requests


@pytest.fixture
def call(backlot):
    """Sends a request to auth over one kept connection."""
    with requests.Session() as session:
        yield lambda method, path, **options: session.request(
            method, backlot["AUTH_SERVICE_URL"] + path, timeout=10, **options)


def test_login_gives_tokens_that_pyjwt_reads(call, user):
    reply = call("POST", "/auth/login", json={"email": user["email"], "password": "a long password"})
    assert reply.status_code == 200 and reply.headers["content-type"] == "application/json"
    tokens = reply.json()
    assert tokens["token_type"] == "Bearer" and tokens["user"]["email"] == user["email"]
    header = jwt.get_unverified_header(tokens["access_token"])
    assert header["typ"] == "JWT" and header["alg"] == "HS256" and header["kid"]
    claims = jwt.decode(
        tokens["access_token"], options={"verify_signature": False, "verify_exp": True, "verify_iat": True,
                                         "require": ["sub", "iat", "exp", "iss", "aud", "jti"]})
    assert claims["sub"] == tokens["user"]["id"] and claims["token_type"] == claims["type"] == "access"
    assert claims["exp"] - claims["iat"] == tokens["expires_in"] and abs(claims["iat"] - time.time()) < 60


def test_refusals_have_one_shape(call, user):
    wrong = call("POST", "/auth/login", json={"email": user["email"], "password": "wrong"})
    assert (wrong.status_code, wrong.json()) == (401, {"detail": "Invalid credentials"})
    empty = call("POST", "/auth/login", json={})
    assert (empty.status_code, empty.json()) == (422, {"detail": "Email and password are required"})
    again = call("POST", "/auth/register", json={"email": user["email"], "password": "a long password"})
    assert (again.status_code, again.json()) == (409, {"detail": "User already exists"})
    method = call("PUT", "/auth/login")
    assert method.status_code == 405 and "POST" in method.headers["allow"]
    assert method.headers["x-service-name"] == "auth-service"
    assert call("GET", "/no/such/path").status_code == 404


def test_a_refresh_token_is_good_once(call, user):
    first = call("POST", "/auth/refresh", json={"refresh_token": user["refresh_token"]})
    assert first.status_code == 200 and first.json()["refresh_token"] != user["refresh_token"]
    assert call("POST", "/auth/refresh", json={"refresh_token": user["refresh_token"]}).status_code == 401


def test_logging_out_ends_the_session(call, user, bearer):
    assert call("GET", "/auth/me", headers=bearer).json()["email"] == user["email"]
    assert call("POST", "/auth/logout", headers=bearer).status_code == 200
    assert call("GET", "/auth/me", headers=bearer).status_code == 401
    assert call("GET", "/auth/verify", headers=bearer).json()["valid"] is False


def test_a_forged_token_is_refused(call, user):
    claims = jwt.decode(user["access_token"], options={"verify_signature": False})
    for forged in (
        jwt.encode(claims, "x" * 32, algorithm="HS256"),
        jwt.encode(claims, key="", algorithm="none"),
        user["access_token"][:-2] + ("AA" if not user["access_token"].endswith("AA") else "BB"),
    ):
        answer = call("POST", "/auth/validate", json={"token": forged}).json()
        assert answer["valid"] is False and answer["error"] == "invalid_token"
