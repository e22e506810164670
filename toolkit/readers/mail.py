"""
An e-mail (RFC 5322, MIME): its headers and body as passages, each attachment as a source of its own.

An attachment's path is that of the message and behind it the number of its part and its name: `x.eml/3-log.csv`.
"""

import hashlib
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage, Message

from toolkit.readers.entries import MOST_PARTS, Entry, Reader, ReadSource, too_many_parts
from toolkit.readers.faults import problem
from toolkit.readers.passages import paragraphs, read_passages, text_of_html
from toolkit.readers.rows import Text

HEADERS = ("Subject", "From", "To", "Cc", "Bcc", "Date", "Message-ID", "In-Reply-To", "References")
"""Kept as passages, decoded (RFC 2047)."""

ReadPart = Callable[[bytes, Entry, Reader], Iterator[ReadSource]]
"""Reads the bytes of an attachment."""


def read_mail(text: Text, entry: Entry, reader: Reader, read_part: ReadPart) -> Iterator[ReadSource]:
    """Yield the message, then its attachments."""
    whole = bytes(text[:])
    message = message_from_bytes(whole, policy=policy.default)
    passages = _headers(message)
    attached: list[tuple[str, bytes]] = []
    said: set[str] = set()
    faults = [type(defect).__name__ for defect in message.defects]
    for number, part in enumerate(_leaves(message), 1):
        faults += [type(defect).__name__ for defect in part.defects]
        if part.get_content_maintype() == "text" and not _is_attachment(part):
            try:
                words = _words(part)
            except (LookupError, UnicodeError) as error:
                faults.append(f"part {number}: {error}")
                attached.append((f"{number}-text", _payload(part)))
                continue
            if " ".join(words.split()) not in said:
                passages += paragraphs(words, f"part {number} ")
                said.add(" ".join(words.split()))
        else:
            attached.append((f"{number}-{_name(part)}", _payload(part)))
        reader.alive()
    if len(attached) > MOST_PARTS:
        yield too_many_parts(entry, len(whole), "attachments", len(attached))
        return
    problems = []
    if faults:
        message_ = f"expected a message in order, found {', '.join(sorted(set(faults)))}"
        problems.append(problem("M108", entry.source, "", message_, "what can be read is kept"))
    yield read_passages(passages, entry, reader, len(whole), problems=problems)
    for name, content in attached:
        inner = reader.part(entry, name, hashlib.sha256(content).hexdigest())
        yield from read_part(content, inner, reader.deeper())


def _headers(message: Message) -> list[tuple[str, str]]:
    """Return the headers that tell who, to whom, when and about what."""
    found = []
    for name in HEADERS:
        try:
            values = [str(value) for value in message.get_all(name, [])]
        except (ValueError, LookupError, IndexError, AttributeError):  # the parser of addresses stumbles over some
            values = [str(value) for key, value in message.raw_items() if key.lower() == name.lower()]
        found += [(f"header {name}", value) for value in values if value.strip()]
    return found


def _leaves(message: Message) -> Iterator[EmailMessage]:
    """Yield the parts that hold something; a message within the message is one of them."""
    if message.get_content_maintype() == "multipart" and message.is_multipart():
        for part in message.get_payload():
            yield from _leaves(part)  # type: ignore[arg-type]  # of a multipart message the payload is messages
    else:
        yield message  # type: ignore[misc]  # the policy makes it an EmailMessage


def _is_attachment(part: EmailMessage) -> bool:
    return part.get_content_disposition() == "attachment" or bool(part.get_filename())


def _words(part: EmailMessage) -> str:
    """Return the text of a part, decoded strictly."""
    charset = part.get_content_charset() or "utf-8"
    words = _payload(part).decode(charset)
    return text_of_html(words) if part.get_content_subtype() == "html" else words


def _payload(part: EmailMessage) -> bytes:
    if part.get_content_maintype() == "message" and part.is_multipart():
        return part.get_payload(0).as_bytes()  # type: ignore[union-attr]  # a message within a message
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _name(part: EmailMessage) -> str:
    if name := part.get_filename():
        return str(name)
    return "message.eml" if part.get_content_maintype() == "message" else part.get_content_subtype()
