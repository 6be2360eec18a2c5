"""The demo's upstream: a coworking API with data of its own for each network.

It knows no credential. Who calls, and in which network, it believes from the headers that Frontdesk sets (DESIGN D10),
because only Frontdesk can reach it: that is all an API has to do.
"""

import itertools
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

MAX_ROWS = 200  # a demo that is left running must not grow for ever
Row = dict[str, Any]


@dataclass(slots=True)
class Books:
    """What one network keeps."""

    locations: list[Row] = field(default_factory=list)
    resources: list[Row] = field(default_factory=list)
    bookings: list[Row] = field(default_factory=list)


class CoworkingApi:
    """The API over the books of each network, by network id."""

    def __init__(self, books: dict[str, Books]) -> None:
        """`books` holds what each network starts with."""
        self._books = books
        self._numbers = itertools.count(1001)

    def app(self) -> Starlette:
        """The ASGI app."""
        return Starlette(
            routes=[
                Route("/locations/v1", self._list_locations, methods=["GET"]),
                Route("/locations/v1", self._add_location, methods=["POST"]),
                Route("/locations/v1/{id}", self._show_location, methods=["GET"]),
                Route("/resources/v1", self._list_resources, methods=["GET"]),
                Route("/resources/v1/{id}", self._show_resource, methods=["GET"]),
                Route("/resources/bookings/v1", self._list_bookings, methods=["GET"]),
                Route("/resources/bookings/v1", self._add_booking, methods=["POST"]),
                Route("/resources/bookings/v1/{id}", self._cancel_booking, methods=["DELETE"]),
            ]
        )

    def _of(self, request: Request) -> Books:
        # The resolved network, exactly one: Frontdesk has dropped whatever the caller sent under this name.
        return self._books.setdefault(request.headers.get("x-frontdesk-network", ""), Books())

    async def _list_locations(self, request: Request) -> Response:
        return JSONResponse({"locations": self._of(request).locations})

    async def _add_location(self, request: Request) -> Response:
        name = (await _body(request)).get("name")
        if not _is_line(name):
            return _refuse("name is missing")
        location = {"id": self._number("loc"), "name": name, "createdBy": _caller(request)}
        return _keep(self._of(request).locations, location)

    async def _show_location(self, request: Request) -> Response:
        return _show(self._of(request).locations, request)

    async def _list_resources(self, request: Request) -> Response:
        return JSONResponse({"resources": self._of(request).resources})

    async def _show_resource(self, request: Request) -> Response:
        return _show(self._of(request).resources, request)

    async def _list_bookings(self, request: Request) -> Response:
        return JSONResponse({"bookings": self._of(request).bookings})

    async def _add_booking(self, request: Request) -> Response:
        body = await _body(request)
        books = self._of(request)
        resource = _find(books.resources, body.get("resourceRef"))
        if resource is None:
            return _refuse("resourceRef names no resource of this network")
        if not _is_line(body.get("title")):
            return _refuse("title is missing")
        booking = {
            "id": self._number("bkg"),
            "resourceRef": resource["id"],
            "title": body["title"],
            "createdBy": _caller(request),
        }
        return _keep(books.bookings, booking)

    async def _cancel_booking(self, request: Request) -> Response:
        bookings = self._of(request).bookings
        booking = _find(bookings, request.path_params["id"])
        if booking is None:
            return _refuse("no such booking", status=404)
        bookings.remove(booking)
        return Response(status_code=204)

    def _number(self, prefix: str) -> str:
        return f"{prefix}-{next(self._numbers)}"


def _caller(request: Request) -> dict[str, str]:
    """Who did it, as Frontdesk says."""
    names = ("subject", "client", "scheme", "scopes", "role")
    return {name: request.headers.get(f"x-frontdesk-{name}", "") for name in names}


async def _body(request: Request) -> Row:
    try:
        body = await request.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _is_line(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 100


def _find(rows: list[Row], identity: object) -> Row | None:
    return next((row for row in rows if row["id"] == identity), None)


def _show(rows: list[Row], request: Request) -> Response:
    row = _find(rows, request.path_params["id"])
    return JSONResponse(row) if row is not None else _refuse("not found in this network", status=404)


def _keep(rows: list[Row], row: Row) -> Response:
    rows.append(row)
    del rows[:-MAX_ROWS]
    return JSONResponse(row, status_code=201)


def _refuse(message: str, *, status: int = 400) -> Response:
    word = "notFound" if status == 404 else "invalidRequest"
    return JSONResponse({"message": message, "type": word}, status_code=status)
