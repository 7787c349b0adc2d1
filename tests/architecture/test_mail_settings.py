"""Mail: what production needs to know of it, and what it refuses."""

import secrets
from pathlib import Path

import pytest

from survivor_portal import seals
from survivor_portal.config import env, mails
from tests import certificates
from tests.architecture.test_auto_key_settings import key_in
from tests.architecture.test_house import good
from tests.dkim_keys import rsa_key

__all__ = ["good"]

PAIR = seals.new_pair()


def file_in(folder: Path, name: str, text: str, mode: int = 0o400) -> str:
    path = folder / name
    path.unlink(missing_ok=True)
    path.write_text(text + "\n", "utf-8")
    path.chmod(mode)
    return str(path)


@pytest.fixture
def pages(good: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """What pages are told of mail. They sign nothing and hand nothing over."""
    epochs = tmp_path / "epochs"
    epochs.mkdir(mode=0o700)
    return good | {
        "MAIL_OUT": "smtps://site@out.example:465",
        "MAIL_IN": "lmtp://127.0.0.1:2424",
        "RELAY_DOMAIN": "Relay.example",
        "DKIM_SELECTOR": "one",
        "AUTO_PUBLIC_KEY": PAIR.public.hex(),
        "MAIL_REVIEWED_ON": "2027-01-31",
        "MAIL_REVIEWED_BY": "A. Lawyer",
        "CASES_REVIEWED_ON": "2027-01-31",
        "CASES_REVIEWED_BY": "A. Lawyer",
        "INDEX_KEY_FILE": file_in(tmp_path, "index-key", secrets.token_urlsafe(64)),
        "EPOCH_DIR": str(epochs),
    }


@pytest.fixture
def worker(pages: dict[str, str], tmp_path: Path) -> dict[str, str]:
    return pages | {
        "AUTO_KEY_FILE": key_in(tmp_path, PAIR.secret.hex()),
        "DKIM_KEY_FILE": file_in(tmp_path, "dkim-key", rsa_key()),
        "MAIL_OUT_PASSWORD_FILE": file_in(tmp_path, "mail-out-password", secrets.token_urlsafe(24)),
    }


def test_without_a_word_about_it_mail_is_off(good: dict[str, str]) -> None:
    assert env.for_production(good).mail == mails.OFF


def test_the_operator_may_be_postmaster(pages: dict[str, str]) -> None:
    assert env.for_production(pages).mail.postmaster == ""
    to = pages | {"POSTMASTER": "Post.master@helpers.example"}
    assert env.for_production(to).mail.postmaster == "Post.master@helpers.example"


def test_pages_know_where_mail_goes_and_no_secret(pages: dict[str, str]) -> None:
    found = env.for_production(pages).mail

    assert found.domain == "relay.example"
    assert found.out == mails.MailOut("out.example", 465, "tls", "site")
    assert found.into == mails.MailIn("lmtp", "127.0.0.1", 2424)
    assert (found.selector, found.dkim_key) == ("one", None)


def test_a_worker_is_given_key_and_password(worker: dict[str, str]) -> None:
    found = env.for_production(worker).mail

    assert str(found.dkim_key) == worker["DKIM_KEY_FILE"]
    assert found.out
    assert str(found.out.password_file) == worker["MAIL_OUT_PASSWORD_FILE"]


def test_key_and_password_may_come_from_the_folder_of_credentials(
    worker: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "credentials"
    folder.mkdir()
    for name, credential in (
        ("DKIM_KEY_FILE", mails.CREDENTIAL),
        ("MAIL_OUT_PASSWORD_FILE", mails.PASSWORD_CREDENTIAL),
    ):
        file_in(folder, credential, Path(worker.pop(name)).read_text(), 0o440)

    found = env.for_production(worker | {"CREDENTIALS_DIRECTORY": str(folder)}).mail

    assert found.dkim_key == folder / mails.CREDENTIAL
    assert found.out
    assert found.out.password_file == folder / mails.PASSWORD_CREDENTIAL


def test_reminders_may_go_out_where_no_answers_come_in(pages: dict[str, str]) -> None:
    for name in ("MAIL_IN", "MAIL_REVIEWED_ON", "MAIL_REVIEWED_BY"):
        del pages[name]

    found = env.for_production(pages).mail

    assert found.out is not None
    assert found.into is None


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"MAIL_OUT": ""}, "MAIL_OUT is missing"),
        ({"MAIL_OUT": "smtp://out.example"}, "MAIL_OUT crosses a wire"),
        ({"MAIL_OUT": "out.example:25"}, "MAIL_OUT must look like"),
        ({"MAIL_OUT": "smtps://out.example:port"}, "MAIL_OUT must look like"),
        ({"MAIL_OUT": "smtps://site:hush@out.example"}, "MAIL_OUT must hold no password"),
        ({"MAIL_OUT": "smtps://out.example"}, "MAIL_OUT_PASSWORD_FILE needs a user"),
        ({"MAIL_OUT_PASSWORD_FILE": ""}, "MAIL_OUT_PASSWORD_FILE is missing"),
        ({"MAIL_IN": "http://127.0.0.1:2424"}, "MAIL_IN must look like"),
        ({"MAIL_IN": "lmtp://in.example:2424"}, "MAIL_IN must look like"),
        ({"MAIL_IN": "lmtp://127.0.0.1"}, "MAIL_IN must look like"),
        ({"RELAY_DOMAIN": ""}, "RELAY_DOMAIN is missing"),
        ({"RELAY_DOMAIN": "localhost"}, "RELAY_DOMAIN must be a domain"),
        ({"RELAY_DOMAIN": "a@relay.example"}, "RELAY_DOMAIN must be a domain"),
        ({"DKIM_SELECTOR": ""}, "DKIM_SELECTOR is missing"),
        ({"DKIM_SELECTOR": "one; two"}, "DKIM_SELECTOR must be"),
        ({"DKIM_KEY_FILE": ""}, "DKIM_KEY_FILE is missing"),
        ({"DKIM_KEY_FILE": "/nowhere/dkim-key"}, "DKIM_KEY_FILE names cannot be read"),
        ({"AUTO_PUBLIC_KEY": "", "AUTO_KEY_FILE": ""}, "AUTO_PUBLIC_KEY is missing"),
        ({"MAIL_REVIEWED_ON": ""}, "MAIL_REVIEWED_ON and MAIL_REVIEWED_BY belong together"),
        ({"MAIL_REVIEWED_ON": "", "MAIL_REVIEWED_BY": ""}, "MAIL_IN needs MAIL_REVIEWED_ON"),
        ({"MAIL_REVIEWED_ON": "soon"}, "MAIL_REVIEWED_ON must be a day"),
        ({"CASES_REVIEWED_ON": "", "CASES_REVIEWED_BY": ""}, "MAIL_IN needs kept cases"),
        ({"POSTMASTER": "helpers.example"}, "POSTMASTER must be a mail address"),
        ({"POSTMASTER": "a@b.example,c@d.example"}, "POSTMASTER must be a mail address"),
        ({"POSTMASTER": "root@relay.example"}, "POSTMASTER must not be at RELAY_DOMAIN"),
        ({"POSTMASTER": "root@in.Relay.example"}, "POSTMASTER must not be at RELAY_DOMAIN"),
    ],
)
def test_t34_production_refuses(worker: dict[str, str], changed: dict[str, str], why: str) -> None:
    with pytest.raises(env.NotReady, match=why):
        env.for_production(worker | changed)


@pytest.mark.parametrize(
    ("key", "mode", "why"),
    [
        ("", 0o400, "no RSA key in PEM form"),
        ("a line of words", 0o400, "no RSA key in PEM form"),
        (rsa_key(1024), 0o400, "fewer than 2048 bits"),
        (f"{env.DEVELOPMENT_MARK}key\n{rsa_key()}", 0o400, "made for development"),
        (rsa_key(), 0o440, "may be read by others"),
    ],
    ids=["empty", "words", "short", "of a trial", "open"],
)
def test_t34_it_does_not_start_with_this_signing_key(
    worker: dict[str, str], tmp_path: Path, key: str, mode: int, why: str
) -> None:
    file_in(tmp_path, "dkim-key", key, mode)

    with pytest.raises(env.NotReady, match=why) as refusal:
        env.for_production(worker)

    assert "MII" not in str(refusal.value)


@pytest.mark.parametrize(
    ("password", "mode", "why"),
    [
        ("hush", 0o400, "short or easily guessed"),
        ("aaaaaaaaaaaaaaaaaaaaaaaa", 0o400, "short or easily guessed"),
        (secrets.token_urlsafe(24), 0o404, "may be read by others"),
    ],
)
def test_t34_it_does_not_start_with_this_password(
    worker: dict[str, str], tmp_path: Path, password: str, mode: int, why: str
) -> None:
    file_in(tmp_path, "mail-out-password", password, mode)

    with pytest.raises(env.NotReady, match=why) as refusal:
        env.for_production(worker)

    assert password not in str(refusal.value)


def test_on_ones_own_machine_mail_is_off_until_it_is_told_where_to(tmp_path: Path) -> None:
    off = env.for_development({"DATA_DIR": str(tmp_path)})
    on = env.for_development({"DATA_DIR": str(tmp_path), "MAIL_OUT": "smtp://127.0.0.1:1025"})

    assert off.mail == mails.OFF
    assert on.mail.out == mails.MailOut("127.0.0.1", 1025)
    assert on.mail.into == mails.MailIn("smtp", "127.0.0.1", 2525)
    assert on.mail.domain.endswith(".example")


@pytest.fixture
def own_door(pages: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The process whose door stands in the open, without a mail server in front of it."""
    cert, key = certificates.write(tmp_path)
    return pages | {
        "MAIL_IN": "smtp://192.0.2.1:25",
        "MAIL_IN_CERT_FILE": str(cert),
        "MAIL_IN_KEY_FILE": str(key),
    }


def test_a_door_in_the_open_may_show_a_certificate(own_door: dict[str, str], pages: dict[str, str]) -> None:
    found = env.for_production(own_door).mail.shown

    assert found
    assert (str(found.cert), str(found.key)) == (own_door["MAIL_IN_CERT_FILE"], own_door["MAIL_IN_KEY_FILE"])
    assert env.for_production(pages).mail.shown is None


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"MAIL_IN_CERT_FILE": ""}, "MAIL_IN_CERT_FILE and MAIL_IN_KEY_FILE belong together"),
        ({"MAIL_IN_KEY_FILE": ""}, "MAIL_IN_CERT_FILE and MAIL_IN_KEY_FILE belong together"),
        ({"MAIL_IN": "lmtp://127.0.0.1:2424"}, "needs a MAIL_IN that begins with smtp://"),
        ({"MAIL_IN": ""}, "needs a MAIL_IN that begins with smtp://"),
        ({"MAIL_IN_CERT_FILE": "/nowhere/door.pem"}, "the file MAIL_IN_CERT_FILE names cannot be read"),
        ({"MAIL_IN_KEY_FILE": "/nowhere/door.pem"}, "the file MAIL_IN_KEY_FILE names cannot be read"),
    ],
)
def test_t34_it_does_not_start_with_half_a_certificate(
    own_door: dict[str, str], changed: dict[str, str], why: str
) -> None:
    with pytest.raises(env.NotReady, match=why):
        env.for_production(own_door | changed)


def test_t34_it_does_not_start_with_the_key_of_another_certificate_or_one_that_is_open(
    own_door: dict[str, str], tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    _cert, key = certificates.write(other)

    with pytest.raises(env.NotReady, match="name no certificate and its own key"):
        env.for_production(own_door | {"MAIL_IN_KEY_FILE": str(key)})

    Path(own_door["MAIL_IN_KEY_FILE"]).chmod(0o440)
    with pytest.raises(env.NotReady, match="MAIL_IN_KEY_FILE names may be read by others"):
        env.for_production(own_door)
