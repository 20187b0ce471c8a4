"""Uploads of models: the limit holds while the bytes come in, nothing is kept of a file that is too large."""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, NoReturn

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import TooManyFilesSent
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

View = Callable[..., HttpResponse]

FILES_FIELD = "files"
REQUEST_LIMIT_FACTOR = 10  # a form without JavaScript sends many files in one request


class ModelUploads(FileUploadHandler):
    """Writes each file to the temporary folder and counts: what grows beyond the limit is dropped at once.

    Stopping the whole request would look like a broken connection in the browser, and the other files of the form
    would be lost with it; so the rest of a dropped file is read and forgotten, up to a limit for the request.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.too_large: list[str] = []
        self.no_room: list[str] = []
        self.received = 0
        # Not `file`: under that name the parser would close it, without minding a full disk.
        self.temporary: TemporaryUploadedFile | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.temporary = None
        try:
            # Not the uploaded name: its ending would become part of a real file's name.
            self.temporary = TemporaryUploadedFile("model", self.content_type, 0, self.charset, self.content_type_extra)
        except OSError:
            self._drop(self.no_room)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        assert self.temporary is not None
        self.received += len(raw_data)
        if self.received > settings.MAX_UPLOAD_BYTES * REQUEST_LIMIT_FACTOR:
            self.too_large.append(self.file_name or "")
            raise StopUpload(connection_reset=True)
        if start + len(raw_data) > settings.MAX_UPLOAD_BYTES:
            self._drop(self.too_large)
        try:
            self.temporary.write(raw_data)
        except OSError:
            self._drop(self.no_room)

    def file_complete(self, file_size: int) -> "UploadedFile[Any] | None":
        assert self.temporary is not None
        try:
            self.temporary.seek(0)  # writes what is still in the buffer
        except OSError:
            self.no_room.append(self.file_name or "")
            self.upload_interrupted()
            return None
        self.temporary.size = file_size
        self.temporary.name = self.file_name
        return self.temporary

    def _drop(self, because: list[str]) -> NoReturn:
        because.append(self.file_name or "")
        self.upload_interrupted()
        raise SkipFile

    def upload_interrupted(self) -> None:
        """Closing deletes the temporary file."""
        if self.temporary is not None:
            with suppress(OSError):  # the buffer may not fit the disk
                self.temporary.close()
            self.temporary = None


def takes_models(view: View) -> View:
    """For views that models are uploaded to: the handler has to be there before CSRF reads the body."""
    protected = csrf_protect(view)

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.upload_handlers = [ModelUploads(request)]
        try:
            return protected(request, *args, **kwargs)
        except TooManyFilesSent:
            most = settings.DATA_UPLOAD_MAX_NUMBER_FILES
            told = _(
                "At most %(most)s files go in at once. None was kept: please choose fewer and send the rest after."
            )
            messages.error(request, told % {"most": most})
            return redirect("quote", kwargs["public_id"]) if kwargs else redirect("home")

    return csrf_exempt(guarded)


def dropped_files(request: HttpRequest) -> tuple[list[str], list[str]]:
    """Names of the files that were too large, and of those for which there was no room."""
    for handler in request.upload_handlers:
        if isinstance(handler, ModelUploads):
            return handler.too_large, handler.no_room
    return [], []
