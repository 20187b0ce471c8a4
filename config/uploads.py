"""A limit for what comes in where no models are uploaded: CSRF reads the whole body before any view can refuse it."""

from django.core.files.uploadhandler import FileUploadHandler, StopUpload

MOST_BYTES = 12 * 1024 * 1024  # per request; the largest file of any form but a model's is a purchase order of 10 MB


class SmallFiles(FileUploadHandler):
    """Counts what is received and hands it on; beyond the limit the connection is given up."""

    received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        if self.received > MOST_BYTES:
            raise StopUpload(connection_reset=True)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
