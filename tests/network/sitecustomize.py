"""
Loaded by every Python that finds this folder on its PYTHONPATH, workers too: notes what it asks of the network.

A line for each process, and one for each audit event of a socket or of what is built on them (Python's audit events
table), with its arguments. Nothing is forbidden. To ask for this machine's own name leads nowhere. What native code
does past Python raises no event.
"""

import os
import sys

NOTES = os.environ.get("TOOLKIT_NETWORK_NOTES", "")
"""The file; where it is not named, nothing is noted."""
ASKS = ("socket.", "urllib.", "http.", "ftplib.", "smtplib.", "poplib.", "imaplib.", "nntplib.", "telnetlib.")
LOCAL = ("socket.__new__", "socket.gethostname")


def note(event: str, arguments: tuple[object, ...]) -> None:
    """Note what leads out of the process."""
    if event.startswith(ASKS) and event not in LOCAL:
        add(f"{event} {arguments!r}")


def add(line: str) -> None:
    """Write a line to the notes."""
    with open(NOTES, "a", encoding="utf-8") as notes:  # noqa: PTH123 - pathlib is not loaded yet
        notes.write(f"{line}\n")


if NOTES:
    add(f"process {os.getpid()}")
    sys.addaudithook(note)
