"""Refuse every file before a byte of it is read."""

from typing import Any, NoReturn

from django.core.exceptions import BadRequest
from django.core.files.uploadhandler import FileUploadHandler


class FileOffered(BadRequest):
    """Somebody tried to hand over a file. The page that says so is `errors.bad_request`."""


class RefuseFiles(FileUploadHandler):
    """The only upload handler of this site: it stops at the head of the first file part.

    No name, no length and no type of the file is kept or passed on: not even the exception has them.
    """

    def new_file(self, *_: Any, **__: Any) -> NoReturn:
        raise FileOffered

    def receive_data_chunk(self, raw_data: bytes, start: int) -> NoReturn:
        raise FileOffered

    def file_complete(self, file_size: int) -> NoReturn:
        raise FileOffered
