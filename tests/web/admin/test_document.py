"""The document of the administration API: made of the table, whole, and true."""

import json
import re
from pathlib import Path

import pytest

from frontdesk.gateway.document import load_document
from frontdesk.testing.wire import call
from frontdesk.web.admin.table import OPERATIONS, PREFIX
from web.admin.office import Office

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    """The product runs on asyncio."""
    return "asyncio"


async def test_every_row_is_described_and_nothing_else() -> None:
    """OpenAPI 3.1; names are unique, every reference leads somewhere, every parameter of a path is told."""
    office = await Office.open()
    reply = await call(office.front, "GET", f"{PREFIX}/openapi.json")
    document = reply.json()
    assert document["openapi"] == "3.1.0"
    told = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert told == {(row.method, row.path) for row in OPERATIONS}
    names = [row.name for row in OPERATIONS]
    assert len(names) == len(set(names))
    schemas = document["components"]["schemas"]
    assert set(re.findall(r"#/components/schemas/(\w+)", json.dumps(document))) == schemas.keys()
    for path, methods in document["paths"].items():
        for described in methods.values():
            inside = {each["name"] for each in described.get("parameters", ()) if each["in"] == "path"}
            assert inside == set(re.findall(r"\{(\w+)\}", path))


async def test_the_document_can_be_a_policy_itself(tmp_path: Path) -> None:
    """The reader of other people's documents takes it: it is one that a gateway understands."""
    office = await Office.open()
    file = tmp_path / "admin.json"
    file.write_bytes((await call(office.front, "GET", f"{PREFIX}/openapi.json")).body)
    assert len(load_document(file).operations) == len(OPERATIONS)


async def test_answers_have_the_shape_that_the_document_says() -> None:
    """What a list gives has exactly the fields of its schema."""
    office = await Office.open()
    await office.story.connected_partner()
    schemas = (await call(office.front, "GET", f"{PREFIX}/openapi.json")).json()["components"]["schemas"]
    for path, many, one in (
        ("/networks", "networks", "Network"),
        ("/users", "users", "User"),
        ("/apps", "apps", "App"),
        ("/grants", "grants", "Grant"),
        ("/admin-keys", "admin_keys", "AdminKey"),
        ("/audit", "rows", "AuditRow"),
    ):
        answered = await office.gets(f"GET {path}")
        assert answered[many], path
        assert all(row.keys() == schemas[one]["properties"].keys() for row in answered[many])


async def test_the_page_and_its_files_come_without_a_key_and_under_a_strict_policy() -> None:
    """Nothing inline, nothing from elsewhere; nothing below it but what it needs."""
    office = await Office.open()
    page = await call(office.front, "GET", "/admin/")
    policy = page.header("content-security-policy") or ""
    assert page.status == 200
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    sources = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert {"swagger-ui-bundle.js", "swagger-ui.css", "start.js"} <= set(sources)
    assert not [source for source in sources if "//" in source]
    assert "<style" not in page.text
    assert re.findall(r"<script(?![^>]*\ssrc=)", page.text) == []
    for name in ("swagger-ui-bundle.js", "swagger-ui.css", "start.js"):
        assert (await call(office.front, "GET", f"/admin/{name}")).status == 200
    for other in ("/admin/../api.py", "/admin/LICENSE", "/account", "/oauth2/token", "/livez"):
        assert (await call(office.front, "GET", other)).status == 404
    assert (await call(office.front, "GET", "/")).location == "/admin/"
