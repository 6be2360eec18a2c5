"""What the API of the replay answers, by the last segment of the path: the answers that real APIs give."""

import gzip
import json
from urllib.parse import parse_qs

Pairs = list[tuple[str, str]]

_JSON = ("Content-Type", "application/json; charset=utf-8")
LARGE = json.dumps({"resources": [{"id": number, "title": "Café №" + "x" * 200} for number in range(2_000)]}).encode()
PAGES = {"": ("AAA+/=", [1, 2]), "AAA+/=": ("BBB", [3, 4]), "BBB": ("", [5])}

ANSWERS: dict[str, tuple[int, Pairs, bytes]] = {
    "tagged": (
        200,
        [
            _JSON,
            ("ETag", 'W/"a-1"'),
            ("Last-Modified", "Mon, 30 Nov 2026 00:00:00 GMT"),
            ("Link", '</resources/v1?nextPageToken=AAA%2B>; rel="next", </resources/v1>; rel="first"'),
            ("X-Total-Count", "5"),
            ("Content-Language", "uk"),
            ("Cache-Control", "private, max-age=5"),
        ],
        '{"title":"Переговорна\\u2028"}'.encode(),
    ),
    "packed": (200, [_JSON, ("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")], gzip.compress(LARGE, mtime=0)),
    "large": (200, [_JSON], LARGE),
    "partial": (206, [("Content-Type", "application/pdf"), ("Content-Range", "bytes 0-3/9")], b"\x25\x50\x00\xff"),
    "unchanged": (304, [("ETag", 'W/"a-1"')], b""),
    "made": (201, [_JSON, ("Location", "/resources/v1/r-9")], b'{"id":"r-9"}'),
    "gone": (204, [], b""),
    "wrong": (422, [_JSON], b'{"message":"startDate is in the past","type":"invalidRequest"}'),
    "busy": (429, [_JSON, ("Retry-After", "7")], b'{"message":"the API itself is busy"}'),
    "broken": (500, [("Content-Type", "text/plain")], b"its own words"),
}


def answer_to(target: str) -> tuple[int, Pairs, bytes]:
    """Status, headers and body for a raw target; a list in pages where the path names no answer."""
    path, _, query = target.partition("?")
    found = ANSWERS.get(path.rsplit("/", 1)[-1])
    if found is not None:
        return found
    token = parse_qs(query, keep_blank_values=True).get("nextPageToken", [""])[0]
    following, items = PAGES.get(token, ("", []))
    page = {"resources": [{"id": item} for item in items], "nextPageToken": following or None}
    return 200, [_JSON, ("ETag", '"page"')], json.dumps(page).encode()
