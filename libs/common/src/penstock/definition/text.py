"""From bytes to text: UTF-8 only, with or without a byte order mark."""

import codecs

from penstock.definition.limits import MAX_BYTES
from penstock.definition.problems import Problems

_OTHER_MARKS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_text(data: bytes, problems: Problems) -> str:
    """Return the text of a definition without its byte order mark, or stop."""
    if len(data) > MAX_BYTES:
        problems.stop_too_large(
            (), f"The file has {len(data):,} bytes; at most {MAX_BYTES:,} (10 MiB) are read: split the DAG", offset=0
        )
    if data.startswith(_OTHER_MARKS):
        problems.stop((), "The file is UTF-16 or UTF-32: save it as UTF-8", offset=0)
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        at = len(data[: error.start].decode())
        byte = data[error.start]
        problems.stop((), f"The file is not UTF-8 text (byte 0x{byte:02x}): save it as UTF-8", offset=at)
    if not text.strip():
        problems.stop((), "The file is empty: write a definition with id and tasks", offset=0)
    nul = text.find("\0")
    if nul >= 0:
        problems.stop((), "The file has NUL bytes, as binary and UTF-16 files do: save it as UTF-8 text", offset=nul)
    return text
