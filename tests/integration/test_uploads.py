"""No file gets in: not onto the disk, not into memory, not into the log."""

import tempfile
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler
from django.test import Client, RequestFactory

from survivor_portal.web.safety.uploads import FileOffered, RefuseFiles

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.integration.pages_that_fail")]

BOUNDARY = "edge"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
CONTENT = b"\x89PNG-content-of-a-picture-" + bytes(range(256)) * 40


def part(head: str, content: bytes) -> bytes:
    return f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + content + b"\r\n"


def body(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


TEXT = part('Content-Disposition: form-data; name="links"', b"https://social.example/1")
FILE_HEADS = {
    "plain": 'Content-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png',
    "without a type": 'Content-Disposition: form-data; name="file"; filename="a.png"',
    "a text": 'Content-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain',
    "named as a field of ours": 'Content-Disposition: form-data; name="links"; filename="a.png"',
    "in base64": (
        'Content-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Transfer-Encoding: base64'
    ),
    "name in the long spelling": "Content-Disposition: form-data; name=\"file\"; filename*=UTF-8''a.png",
    "name with folders": 'Content-Disposition: form-data; name="file"; filename="../../a.png"',
}


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture(autouse=True)
def _no_new_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Temporary files would land in an empty folder of this test, and none does."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("head", FILE_HEADS.values(), ids=FILE_HEADS.keys())
@pytest.mark.parametrize("first", [True, False], ids=["file first", "text first"])
def test_a_file_is_refused_with_a_page_that_helps(client: Client, head: str, first: bool) -> None:
    file = part(head, CONTENT)
    sent = body(file, TEXT) if first else body(TEXT, file)

    response = client.post("/begins/", sent, content_type=MULTIPART)
    page = response.content.decode()

    assert response.status_code == 400
    assert "findahelpline.com" in page
    assert "a.png" not in page
    assert "social.example" not in page
    assert not response.cookies


def test_the_page_says_that_links_are_enough(client: Client) -> None:
    response = client.post("/begins/", body(part(FILE_HEADS["plain"], CONTENT)), content_type=MULTIPART)

    assert "We do not take files" in response.content.decode()


@pytest.mark.parametrize("method", ["post", "put", "patch"])
@pytest.mark.parametrize("path", ["/", "/next/", "/helplines/", "/exit/", "/has-a-form/", "/no-such-page/"])
def test_no_address_takes_a_file(client: Client, method: str, path: str) -> None:
    sent = body(TEXT, part(FILE_HEADS["plain"], CONTENT))

    response = getattr(client, method)(path, sent, content_type=MULTIPART)

    assert response.status_code < 500
    # Either the form was never looked at, or looking at it ended at the file.
    assert not vars(response.wsgi_request).get("_files")
    assert b"content-of-a-picture" not in response.content


def test_nothing_of_the_file_is_held_by_the_request_or_the_error() -> None:
    request = RequestFactory().post(
        "/", body(TEXT, part(FILE_HEADS["plain"], CONTENT)), content_type=MULTIPART
    )

    with pytest.raises(FileOffered) as refusal:
        request.POST  # noqa: B018 - asking for it is what reads the body

    assert refusal.value.args == ()
    assert dict(request.POST) == {}
    assert dict(request.FILES) == {}
    assert [type(handler) for handler in request.upload_handlers] == [RefuseFiles]
    assert not any(CONTENT[:20] in repr(vars(handler)).encode() for handler in request.upload_handlers)


class Endless:
    """A body that would go on for ever, and counts what was taken of it."""

    def __init__(self, head: bytes) -> None:
        self.head = head
        self.taken = 0

    def read(self, size: int = -1) -> bytes:
        size = size if size >= 0 else 65536
        chunk, self.head = self.head[:size], self.head[size:]
        chunk += b"x" * (size - len(chunk))
        self.taken += len(chunk)
        return chunk


def test_a_huge_file_is_refused_after_its_first_words_and_fills_no_memory() -> None:
    stream = Endless(part(FILE_HEADS["plain"], b"")[:-2])
    request = RequestFactory().generic("POST", "/", b"replaced below", content_type=MULTIPART)
    request.META["CONTENT_LENGTH"] = str(10**10)
    request.environ["wsgi.input"] = vars(request)["_stream"] = stream
    tracemalloc.start()

    with pytest.raises(FileOffered):
        request.POST  # noqa: B018 - asking for it is what reads the body

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert stream.taken <= 256 * 1024
    assert peak < 2 * 1024 * 1024


def test_a_file_field_left_empty_is_no_file(client: Client) -> None:
    empty = part(
        'Content-Disposition: form-data; name="file"; filename=""\r\nContent-Type: application/octet-stream',
        b"",
    )

    response = client.post("/has-a-form/", body(TEXT, empty), content_type=MULTIPART)

    assert response.status_code == 200
    assert response.wsgi_request.FILES == {}


@pytest.mark.parametrize(
    "head",
    [
        'Content-Disposition: form-data; name="file"; filename=""',
        'Content-Disposition: form-data; name="file"\r\nContent-Type: image/png',
    ],
)
def test_bytes_without_a_file_name_are_text_within_the_limit_and_never_a_file(
    head: str, settings: Any
) -> None:
    """To a form these are one more text field; no page reads a field it does not know."""
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = len(CONTENT) - 1
    request = RequestFactory().post("/", body(part(head, CONTENT), TEXT), content_type=MULTIPART)

    with pytest.raises(RequestDataTooBig):
        request.POST  # noqa: B018 - asking for it is what reads the body

    assert dict(request.FILES) == {}


@pytest.mark.parametrize("sent", [b"", b"--", b"--edge", b"--edge\r\n\r\n", CONTENT], ids=repr)
def test_a_broken_form_gets_a_page_and_no_server_error(client: Client, sent: bytes) -> None:
    response = client.post("/begins/", sent[:2000], content_type=MULTIPART)

    assert response.status_code in (200, 400)


def test_too_much_text_gets_a_page_of_its_own(client: Client) -> None:
    response = client.post(
        "/begins/",
        "links=" + "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1),
        content_type="application/x-www-form-urlencoded",
    )

    assert response.status_code == 400
    assert "too long" in response.content.decode()


def test_refusing_is_the_only_way_files_are_handled() -> None:
    assert settings.FILE_UPLOAD_HANDLERS == ["survivor_portal.web.safety.uploads.RefuseFiles"]
    handler: FileUploadHandler = RefuseFiles()
    for refused in (
        lambda: handler.new_file("file", "a.png", "image/png", 1),
        lambda: handler.receive_data_chunk(b"x", 0),
        lambda: handler.file_complete(1),
    ):
        with pytest.raises(FileOffered):
            refused()
