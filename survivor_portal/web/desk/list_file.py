"""The one place where this site takes a file: a list, as text, in memory, refused where it is no text.

Nothing of it is put on the disk, nor among the files of the request. Its name is not looked at.
"""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from survivor_portal.lists import Collected, NotText, TooLarge
from survivor_portal.web.safety.uploads import FileOffered

FIELD = "file"


class ListFile(FileUploadHandler):
    """Takes one part named `file`. `text`: what was in it, None without one; `refused`: why it was not
    taken."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.text: str | None = None
        self.refused: NotText | TooLarge | None = None
        self._collected: Collected | None = None

    def new_file(self, field_name: str, *_: Any, **__: Any) -> None:
        if field_name != FIELD or self._collected is not None:
            raise FileOffered
        self._collected = Collected()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        assert self._collected is not None
        try:
            self._collected.add(raw_data)
        except (NotText, TooLarge) as why:
            self.refused = why
            # The rest is not read. The fields before it are there: the file comes last in its form.
            raise StopUpload(connection_reset=True) from None

    def file_complete(self, file_size: int) -> None:
        assert self._collected is not None
        try:
            self.text = self._collected.end()
        except NotText as why:
            self.refused = why


def take_lists(request: HttpRequest) -> None:
    """Let this request bring a list. Call it before anything asks what was sent."""
    request.upload_handlers = [ListFile(request)]


def list_of(request: HttpRequest) -> ListFile:
    """What this request brought as a file; reading the form is what takes it in."""
    request.POST  # noqa: B018 - asking for it is what reads the body
    return next((one for one in request.upload_handlers if isinstance(one, ListFile)), ListFile())
