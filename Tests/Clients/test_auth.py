"""auth with requests, PyJWT and authlib: passwords, providers, authorization codes, and tokens that PyJWT checks."""

import html
import re
import time
import urllib.parse

import jwt
import pytest
import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session


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


def test_requests_follows_the_login_by_a_provider(backlot):
    with requests.Session() as browser:
        # The last redirect leads to the application, which is not there: everything before it is followed.
        browser.hooks["response"].append(lambda reply, **_: walked.append(reply))
        walked = []
        with pytest.raises(requests.ConnectionError):
            browser.get(
                backlot["AUTH_SERVICE_URL"] + "/auth/login", timeout=10,
                params={"provider": "google", "login_hint": "grace@example.org"})
        assert [reply.status_code for reply in walked] == [302, 302, 302]
        consent = urllib.parse.parse_qs(urllib.parse.urlsplit(walked[0].headers["location"]).query)
        assert consent["code_challenge_method"] == ["S256"] and len(consent["state"][0]) == 43
        landing = urllib.parse.urlsplit(walked[-1].headers["location"])
        assert landing.netloc == "localhost:3000" and landing.path == "/auth/callback"
        tokens = urllib.parse.parse_qs(landing.query)
        assert tokens["email"] == ["grace@example.org"] and tokens["name"] == ["grace"]
        me = browser.get(
            backlot["AUTH_SERVICE_URL"] + "/auth/me", timeout=10,
            headers={"Authorization": f"Bearer {tokens['access_token'][0]}"}).json()
        assert me["email"] == "grace@example.org" and me["auth_provider"] == "google"
        # Without the cookie the same callback is somebody else's.
        again = requests.get(walked[1].headers["location"], timeout=10, allow_redirects=False)
        assert again.status_code == 400


def test_a_person_clicks_through_the_consent_page(backlot):
    with requests.Session() as browser:
        page = browser.get(backlot["AUTH_SERVICE_URL"] + "/auth/login?provider=google", timeout=10)
        assert page.status_code == 200 and page.headers["content-type"] == "text/html; charset=utf-8"
        form = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', page.text))
        form = {name: html.unescape(value) for name, value in form.items()}
        action = urllib.parse.urljoin(page.url, re.search(r'action="([^"]+)"', page.text).group(1))
        form.pop("deny")
        granted = browser.post(action, data=form | {"sub": "grace"}, timeout=10, allow_redirects=False)
        assert granted.status_code == 302 and "code=" in granted.headers["location"]
        denied = browser.post(action, data=form | {"deny": "1"}, timeout=10, allow_redirects=False)
        assert "error=access_denied" in denied.headers["location"]


def authorize(backlot, session, **parameters):
    """Sends a browser to the authorization page, and returns where it is sent back."""
    url, state = session.create_authorization_url(
        backlot["AUTH_SERVICE_URL"] + "/oauth/authorize", login_hint="ada@example.org", **parameters)
    reply = requests.get(url, timeout=10, allow_redirects=False)
    assert reply.status_code == 302, reply.text
    assert urllib.parse.parse_qs(urllib.parse.urlsplit(reply.headers["location"]).query)["state"] == [state]
    return reply.headers["location"]


def test_authlib_gets_tokens_by_code_and_pyjwt_checks_them(backlot):
    base = backlot["AUTH_SERVICE_URL"]
    discovery = requests.get(base + "/.well-known/openid-configuration", timeout=10).json()
    assert discovery["issuer"] == base and discovery["token_endpoint"] == base + "/oauth/token"
    with OAuth2Session(
            "backlot-app", redirect_uri="http://127.0.0.1:9999/callback", scope="openid email profile",
            token_endpoint_auth_method="none", code_challenge_method="S256") as session:
        verifier = generate_token(48)
        sent_back = authorize(backlot, session, code_verifier=verifier, nonce="a nonce")
        token = session.fetch_token(discovery["token_endpoint"], authorization_response=sent_back, code_verifier=verifier)
        assert token["token_type"] == "Bearer" and token["expires_in"] == 300
        key = jwt.PyJWKClient(discovery["jwks_uri"]).get_signing_key_from_jwt(token["id_token"])
        claims = jwt.decode(
            token["id_token"], key, algorithms=["EdDSA"], audience="backlot-app", issuer=discovery["issuer"],
            options={"require": ["sub", "iat", "exp", "auth_time", "nonce"]})
        assert claims["email"] == "ada@example.org" and claims["nonce"] == "a nonce"
        assert session.get(discovery["userinfo_endpoint"]).json()["sub"] == claims["sub"]
        fresh = session.refresh_token(discovery["token_endpoint"], refresh_token=token["refresh_token"])
        assert fresh["access_token"] != token["access_token"]
        # The agent takes the token too.
        threads = requests.get(
            backlot["BACKEND_URL"] + "/api/threads", timeout=10, headers={"Authorization": f"Bearer {fresh['access_token']}"})
        assert threads.status_code == 200
        # A refresh token that was used ends the session.
        with pytest.raises(OAuthError, match="invalid_grant"):
            session.refresh_token(discovery["token_endpoint"], refresh_token=token["refresh_token"])
        assert session.get(discovery["userinfo_endpoint"]).status_code == 401


def test_authlib_is_refused_without_the_right_proof(backlot):
    with OAuth2Session(
            "backlot-app", redirect_uri="http://127.0.0.1:9999/callback", scope="openid",
            token_endpoint_auth_method="none", code_challenge_method="S256") as session:
        sent_back = authorize(backlot, session, code_verifier=generate_token(48))
        with pytest.raises(OAuthError, match="invalid_grant"):
            session.fetch_token(
                backlot["AUTH_SERVICE_URL"] + "/oauth/token", authorization_response=sent_back,
                code_verifier=generate_token(48))
        plain = authorize(backlot, session, code_challenge="x" * 43, code_challenge_method="plain")
        assert "error=invalid_request" in plain


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_authlib_gets_tokens_for_a_service(backlot, method):
    with OAuth2Session(
            "backlot-service", "backlot-service-client-secret", scope="read",
            token_endpoint_auth_method=method) as session:
        token = session.fetch_token(backlot["AUTH_SERVICE_URL"] + "/oauth/token", grant_type="client_credentials")
        assert token["scope"] == "read" and token["expires_in"] == 3600
    with OAuth2Session("backlot-service", "guessed", token_endpoint_auth_method=method) as session:
        with pytest.raises(OAuthError, match="invalid_client"):
            session.fetch_token(backlot["AUTH_SERVICE_URL"] + "/oauth/token", grant_type="client_credentials")


def test_the_bypass_and_service_tokens(call):
    body = {"email": "qa@example.org", "name": "QA", "permissions": ["read"]}
    assert call("POST", "/auth/e2e/test-auth", json=body).status_code == 401
    login = call("POST", "/auth/e2e/test-auth", json=body, headers={"X-E2E-Bypass-Key": "backlot-e2e-bypass-key"}).json()
    assert login["user"]["id"] == "e2e-qa" and login["user"]["oauth_simulated"] is True
    claims = jwt.decode(login["access_token"], options={"verify_signature": False})
    assert claims["permissions"] == ["read"]
    credentials = {"service_id": "backlot-backend", "service_secret": "backlot-backend-secret"}
    token = call("POST", "/auth/service-token", json=credentials).json()
    claims = jwt.decode(token["access_token"], options={"verify_signature": False})
    assert claims["sub"] == claims["service"] == "backlot-backend" and claims["aud"] == "backlot-services"
    assert call("POST", "/auth/validate-service-token", json={"token": token["access_token"]}).json()["valid"] is True
