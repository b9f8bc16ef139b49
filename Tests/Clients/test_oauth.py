"""auth as an OAuth 2 server with authlib and requests-oauthlib: introspection, revocation, logging out, devices, exchange."""

import urllib.parse

import pytest
import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from oauthlib.oauth2 import BackendApplicationClient, DeviceClient, InvalidGrantError
from oauthlib.oauth2.rfc6749.errors import CustomOAuth2Error, InvalidClientError
from requests_oauthlib import OAuth2Session as RequestsSession

SERVICE = ("backlot-service", "backlot-service-client-secret")
CALLBACK = "http://127.0.0.1:9999/callback"


@pytest.fixture(autouse=True)
def plain_http(monkeypatch):
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture
def discovery(backlot):
    return requests.get(backlot["AUTH_SERVICE_URL"] + "/.well-known/openid-configuration", timeout=10).json()


@pytest.fixture
def login(discovery):
    """Authlib's session of an application to which a user has logged in."""
    with OAuth2Session(
            "backlot-app", redirect_uri=CALLBACK, scope="openid email", token_endpoint_auth_method="none",
            code_challenge_method="S256") as session:
        verifier = generate_token(48)
        url, _ = session.create_authorization_url(
            discovery["authorization_endpoint"], login_hint="ada@example.org", code_verifier=verifier)
        reply = requests.get(url, timeout=10, allow_redirects=False)
        session.fetch_token(
            discovery["token_endpoint"], authorization_response=reply.headers["location"], code_verifier=verifier)
        yield session


@pytest.fixture
def service(discovery):
    """Authlib's session of a service with a secret."""
    with OAuth2Session(*SERVICE, token_endpoint_auth_method="client_secret_basic") as session:
        session.fetch_token(discovery["token_endpoint"], grant_type="client_credentials")
        yield session


def test_authlib_introspects(discovery, login, service):
    answer = service.introspect_token(discovery["introspection_endpoint"], token=login.token["access_token"]).json()
    assert answer["active"] is True and answer["client_id"] == "backlot-app" and answer["username"] == "ada@example.org"
    assert answer["exp"] - answer["iat"] == login.token["expires_in"]
    refresh = service.introspect_token(
        discovery["introspection_endpoint"], token=login.token["refresh_token"], token_type_hint="refresh_token").json()
    assert refresh["active"] is True
    assert service.introspect_token(discovery["introspection_endpoint"], token="nothing").json() == {"active": False}
    public = requests.post(
        discovery["introspection_endpoint"], data={"client_id": "backlot-app", "token": "nothing"}, timeout=10)
    assert public.status_code == 401 and public.json()["error"] == "invalid_client"


def test_authlib_revokes(discovery, login, service):
    token = dict(login.token)
    assert login.revoke_token(discovery["revocation_endpoint"], token=token["refresh_token"]).status_code == 200
    for kind in ("access_token", "refresh_token"):
        assert service.introspect_token(discovery["introspection_endpoint"], token=token[kind]).json() == {"active": False}
    foreign = service.revoke_token(discovery["revocation_endpoint"], token=token["access_token"])
    assert foreign.status_code == 400 and foreign.json()["error"] == "unauthorized_client"


def test_an_application_logs_its_user_out(discovery, login, service):
    reply = requests.get(
        discovery["end_session_endpoint"], timeout=10, allow_redirects=False,
        params={"id_token_hint": login.token["id_token"], "post_logout_redirect_uri": "http://127.0.0.1:9999/", "state": "s"})
    assert reply.status_code == 302 and reply.headers["location"] == "http://127.0.0.1:9999/?state=s"
    answer = service.introspect_token(discovery["introspection_endpoint"], token=login.token["access_token"]).json()
    assert answer == {"active": False}
    evil = requests.get(
        discovery["end_session_endpoint"], timeout=10, allow_redirects=False,
        params={"id_token_hint": login.token["id_token"], "post_logout_redirect_uri": "http://evil.example/"})
    assert evil.status_code == 400


def test_requests_oauthlib_logs_a_device_in(discovery):
    asked = requests.post(
        discovery["device_authorization_endpoint"], data={"client_id": "backlot-device", "scope": "openid email"}, timeout=10)
    codes = asked.json()
    assert codes["interval"] == 5 and codes["verification_uri_complete"].endswith(codes["user_code"])
    with RequestsSession(client=DeviceClient("backlot-device")) as session:
        def poll():
            return session.fetch_token(
                discovery["token_endpoint"], device_code=codes["device_code"], include_client_id=True)
        with pytest.raises(CustomOAuth2Error) as pending:
            poll()
        assert pending.value.error == "authorization_pending"
        page = requests.get(codes["verification_uri_complete"], timeout=10)
        assert codes["user_code"] in page.text
        done = requests.post(
            codes["verification_uri"], data={"user_code": codes["user_code"].lower(), "sub": "ada@example.org"}, timeout=10)
        assert "The device is logged in" in done.text
        assert poll()["token_type"] == "Bearer"
        assert session.get(discovery["userinfo_endpoint"]).json()["email"] == "ada@example.org"
        with pytest.raises(InvalidGrantError):
            poll()


def test_requests_oauthlib_gets_a_services_token(discovery):
    with RequestsSession(client=BackendApplicationClient(SERVICE[0])) as session:
        token = session.fetch_token(discovery["token_endpoint"], client_id=SERVICE[0], client_secret=SERVICE[1])
        assert token["expires_in"] == 3600 and sorted(token["scope"]) == ["read", "write"]
        with pytest.raises(InvalidClientError):
            session.fetch_token(discovery["token_endpoint"], client_id=SERVICE[0], client_secret="guessed")


def test_a_service_exchanges_a_users_token(discovery, login, service):
    access = "urn:ietf:params:oauth:token-type:access_token"
    answer = requests.post(
        discovery["token_endpoint"], auth=SERVICE, timeout=10,
        data={"grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "subject_token": login.token["access_token"],
              "subject_token_type": access, "actor_token": service.token["access_token"], "actor_token_type": access}).json()
    assert answer["issued_token_type"] == access
    told = service.introspect_token(discovery["introspection_endpoint"], token=answer["access_token"]).json()
    assert told["act"] == {"sub": "backlot-service"} and told["username"] == "ada@example.org"
    query = urllib.parse.urlencode({"user_code": "nothing"})
    assert "not known" in requests.get(discovery["issuer"] + "/oauth/device?" + query, timeout=10).text


def test_authlib_uses_an_application_that_registered_itself(discovery):
    asked = {"redirect_uris": ["https://app.example/cb"], "scope": "openid email", "client_name": "An application"}
    client = requests.post(discovery["registration_endpoint"], json=asked, timeout=10)
    assert client.status_code == 201
    client = client.json()
    with OAuth2Session(
            client["client_id"], client["client_secret"], redirect_uri="https://app.example/cb", scope="openid email",
            token_endpoint_auth_method=client["token_endpoint_auth_method"], code_challenge_method="S256") as session:
        verifier = generate_token(48)
        url, _ = session.create_authorization_url(
            discovery["authorization_endpoint"], login_hint="ada", code_verifier=verifier)
        reply = requests.get(url, timeout=10, allow_redirects=False)
        token = session.fetch_token(
            discovery["token_endpoint"], authorization_response=reply.headers["location"], code_verifier=verifier)
        assert token["scope"] == "openid email"
        told = session.introspect_token(discovery["introspection_endpoint"], token=token["access_token"]).json()
        assert told["client_id"] == client["client_id"]
    bearer = {"Authorization": "Bearer " + client["registration_access_token"]}
    assert requests.get(client["registration_client_uri"], headers=bearer, timeout=10).json() == client
    assert requests.delete(client["registration_client_uri"], headers=bearer, timeout=10).status_code == 204
    assert requests.get(client["registration_client_uri"], headers=bearer, timeout=10).status_code == 401
