"""Takes a multipart form apart, in linear time and without keeping attachments.

Values stay bytes: SendGrid gives every field a charset of its own, which a web framework's parser, with
one charset for all, would spoil.
"""

from typing import Final

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

LARGEST_FIELD: Final = 2_000_000  # bytes kept of one field; a reply's words come first
MOST_FIELDS: Final = 200


class NotAForm(ValueError):
    """The body is no multipart form."""


class _Reader:
    """Collects the callbacks of the parser; a part with a file name is an attachment and is not kept."""

    def __init__(self) -> None:
        self.fields: dict[str, bytes] = {}
        self._name = b""
        self._value = b""
        self._headers: dict[bytes, bytes] = {}
        self._kept: bytearray | None = None

    def on_part_begin(self) -> None:
        self._headers = {}

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def on_header_end(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name = self._value = b""

    def on_headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        name = options.get(b"name", b"").decode("utf-8", "replace")
        is_kept = name and b"filename" not in options and len(self.fields) < MOST_FIELDS
        self._kept = bytearray() if is_kept else None
        self._field = name

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._kept is not None and len(self._kept) < LARGEST_FIELD:
            self._kept += data[start:end]

    def on_part_end(self) -> None:
        if self._kept is not None:
            self.fields.setdefault(self._field, bytes(self._kept[:LARGEST_FIELD]))
        self._kept = None


def form_fields(content_type: str, raw_body: bytes) -> dict[str, bytes]:
    """The form's fields by name, the first where a name repeats, attachments left out. Raises NotAForm."""
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise NotAForm("not multipart/form-data")
    reader = _Reader()
    callbacks = {name: getattr(reader, name) for name in dir(reader) if name.startswith("on_")}
    try:
        parser = MultipartParser(boundary, callbacks)  # type: ignore[arg-type]
        parser.write(raw_body)
        parser.finalize()
    except MultipartParseError as error:
        raise NotAForm("broken multipart body") from error
    return reader.fields
