"""A network's history as a file: CSV for a spreadsheet, JSON for a program. ATTACKS AD-06; RFC 4180, RFC 8259."""

import csv
import io
from collections.abc import Sequence

import msgspec

from frontdesk.flows.history import HistoryEntry, HistoryPage
from frontdesk.protocol.messages import utc

COLUMNS = (
    "time",
    "action",
    "actor",
    "person",
    "app",
    "client_id",
    "connection",
    "address",
    "request_id",
    "detail",
)
# A spreadsheet takes a cell that begins like this for a formula, and runs it (OWASP, CSV Injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def render_csv(page: HistoryPage) -> bytes:
    """A line for each row, every cell quoted; one that a spreadsheet would run begins with an apostrophe instead."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for entry in page.entries:
        writer.writerow([harmless(cell) for cell in _cells(entry)])
    return text.getvalue().encode()


def render_json(page: HistoryPage) -> bytes:
    """One object; `complete` says whether there are no older rows than these."""
    return msgspec.json.encode(
        {
            "network": {"id": page.network.id, "title": page.network.title},
            "complete": not page.older,
            "rows": [dict(zip(COLUMNS, _cells(entry), strict=True)) for entry in page.entries],
        }
    )


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _cells(entry: HistoryEntry) -> Sequence[str]:
    event = entry.event
    return (
        f"{utc(event.at):%Y-%m-%dT%H:%M:%SZ}",
        event.action,
        entry.actor or "deleted account",
        entry.person,
        entry.app,
        event.client_id or "",
        event.grant_id or "",
        event.address or "",
        event.request_id or "",
        event.detail,
    )


FORMATS = {
    "csv": (render_csv, b"text/csv; charset=utf-8; header=present"),
    "json": (render_json, b"application/json"),
}
