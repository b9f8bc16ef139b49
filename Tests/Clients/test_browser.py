"""auth's pages in a real browser: headless Chromium, driven by selenium."""

import http.server
import shutil
import threading
import urllib.parse

import pytest
import requests
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support import expected_conditions as condition
from selenium.webdriver.support.ui import WebDriverWait


@pytest.fixture
def browser():
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("not run: Chromium and its driver are not installed (Docker-free-env/install --browser)")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=900,700"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service(driver))
    yield browser
    browser.quit()


@pytest.fixture
def application():
    """An application on loopback that notes with what browsers come to it."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            if not self.path.startswith("/favicon"):
                visits.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<title>the application</title>")

        def log_message(self, *_):
            pass

    visits = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", visits
    server.shutdown()


def wait(browser, what):
    return WebDriverWait(browser, 10).until(what)


def problems(browser):
    """What the browser complains of, such as a style that the page's policy forbids."""
    return [entry["message"] for entry in browser.get_log("browser") if "favicon" not in entry["message"]]


def begin(browser, backlot, page):
    """Opens the page of an authorization request."""
    query = urllib.parse.urlencode({
        "response_type": "code", "client_id": "backlot-app", "redirect_uri": page + "/callback", "scope": "openid email",
        "state": "a state", "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256"})
    browser.get(backlot["AUTH_SERVICE_URL"] + "/oauth/authorize?" + query)


def test_a_person_logs_in_consents_and_comes_back(backlot, browser, application):
    page, visits = application
    begin(browser, backlot, page)
    assert browser.title == "Log in with Backlot"
    assert [item.text for item in browser.find_elements(By.TAG_NAME, "li")] == ["know who you are", "see your e-mail address"]
    # The style is applied, the card fits, and the cursor is in the field.
    card = browser.find_element(By.TAG_NAME, "main")
    assert card.size["width"] < 500 and browser.execute_script(
        "return getComputedStyle(arguments[0]).borderRadius", card) == "12px"
    assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    assert browser.switch_to.active_element.get_attribute("name") == "sub"
    assert problems(browser) == []
    browser.switch_to.active_element.send_keys("ada@example.org")
    browser.find_element(By.XPATH, "//button[text()='Allow']").click()
    wait(browser, condition.title_is("the application"))
    fields = urllib.parse.parse_qs(urllib.parse.urlsplit(visits[-1]).query)
    assert fields["state"] == ["a state"]
    tokens = requests.post(
        backlot["AUTH_SERVICE_URL"] + "/oauth/token", timeout=10,
        data={"grant_type": "authorization_code", "code": fields["code"][0], "client_id": "backlot-app",
              "redirect_uri": page + "/callback", "code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"}).json()
    assert tokens["scope"] == "openid email"
    browser.get(backlot["AUTH_SERVICE_URL"] + "/oauth/logout?" + urllib.parse.urlencode(
        {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": page + "/", "state": "out"}))
    wait(browser, condition.title_is("the application"))
    assert visits[-1] == "/?state=out"


def test_a_person_denies(backlot, browser, application):
    page, visits = application
    begin(browser, backlot, page)
    browser.find_element(By.XPATH, "//button[text()='Deny']").click()
    wait(browser, condition.title_is("the application"))
    assert urllib.parse.parse_qs(urllib.parse.urlsplit(visits[-1]).query)["error"] == ["access_denied"]


def test_a_person_logs_in_by_a_provider(backlot, browser):
    browser.get(backlot["AUTH_SERVICE_URL"] + "/auth/login?provider=google")
    assert browser.title == "Log in with Google"
    assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    card, name = browser.find_element(By.TAG_NAME, "main"), browser.find_element(By.TAG_NAME, "b")
    assert name.rect["x"] + name.rect["width"] <= card.rect["x"] + card.rect["width"], "the client's long id stays in the card"
    browser.switch_to.active_element.send_keys("grace\n")
    # The frontend is not there: the browser has gone as far as to its address.
    wait(browser, condition.url_contains("http://localhost:3000/auth/callback?"))
    assert urllib.parse.parse_qs(urllib.parse.urlsplit(browser.current_url).query)["email"] == ["grace@example.com"]


def test_a_person_lets_a_device_in(backlot, browser):
    base = backlot["AUTH_SERVICE_URL"]
    codes = requests.post(base + "/oauth/device_authorization", data={"client_id": "backlot-device"}, timeout=10).json()
    browser.get(codes["verification_uri"])
    browser.switch_to.active_element.send_keys("wrong\n")
    wait(browser, condition.presence_of_element_located((By.CLASS_NAME, "problem")))
    field = browser.find_element(By.NAME, "user_code")
    field.clear()
    field.send_keys(codes["user_code"].lower().replace("-", " ") + "\n")
    wait(browser, condition.presence_of_element_located((By.NAME, "sub"))).send_keys("ada\n")
    wait(browser, condition.title_is("The device is logged in"))
    assert problems(browser) == []
    tokens = requests.post(
        base + "/oauth/token", timeout=10,
        data={"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": codes["device_code"],
              "client_id": "backlot-device"}).json()
    me = requests.get(base + "/auth/me", headers={"Authorization": "Bearer " + tokens["access_token"]}, timeout=10).json()
    assert me["email"] == "ada@example.com"
