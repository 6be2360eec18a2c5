"""The stores of the docs, made of the page itself: what a reader copies is what the contract is asked of."""

import os
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from frontdesk_client import TokenStore

from sdk.doc_blocks import ROOT, read_blocks, write_file

# What a Django project has before the reader begins.
SETTINGS = """
from pathlib import Path
BASE_DIR = Path({folder!r})
SECRET_KEY = "x" * 50
INSTALLED_APPS = ["tokens"]
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}}}
DATABASES["default"]["ATOMIC_REQUESTS"] = True
"""
MANAGE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
"""


def begin_project(folder: Path) -> None:
    """The files that `django-admin startproject` and `startapp` leave, as far as they count here."""
    (folder / "settings.py").write_text(SETTINGS.format(folder=str(folder)))
    (folder / "manage.py").write_text(MANAGE)
    (folder / "tokens").mkdir()
    (folder / "tokens" / "__init__.py").write_text("")


def write_recipe(folder: Path, *names: str) -> None:
    """The files of the page that are called so."""
    for block in read_blocks(ROOT / "docs/sdk/stores.md"):
        if block.file in names:
            write_file(block, folder)


def open_sqlalchemy(folder: Path) -> TokenStore:
    """As the page opens it."""
    from sqlalchemy import create_engine

    if not (folder / "app").exists():
        write_recipe(folder, "app/token_store.py")
    recipe = _import("app.token_store", folder)
    engine = create_engine(os.environ.get("STORE_DATABASE", f"sqlite:///{folder}/app.sqlite"), hide_parameters=True)
    recipe.metadata.create_all(engine)
    return recipe.SqlAlchemyStore(engine, lock_folder=str(folder / "locks"))


def open_django(folder: Path) -> TokenStore:
    """In a project that has the page's files; its tables are made by its own commands."""
    if not (folder / "manage.py").exists():
        begin_project(folder)
        write_recipe(folder, "settings.py", "tokens/models.py", "tokens/store.py")
        for words in (["makemigrations", "tokens"], ["migrate"]):
            subprocess.run([sys.executable, "manage.py", *words, "-v0"], cwd=folder, check=True)
    return _import("tokens.store", folder, before=_set_up_django).DjangoStore()


def _import(name: str, folder: Path, *, before: Callable[[Path], None] | None = None):  # type: ignore[no-untyped-def]
    """The reader's module. A process imports the first one it meets: all are the same text."""
    if name not in sys.modules:
        sys.path.insert(0, str(folder))
    if before is not None:
        before(folder)
    return import_module(name)


def _set_up_django(folder: Path) -> None:
    """Django for this folder's database, also in a process that had another one before."""
    import django
    from django.conf import settings
    from django.db import connections

    os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
    django.setup()
    for alias in connections:
        connections[alias].close()
        del connections[alias]
        connections.settings[alias]["NAME"] = folder / "db.sqlite3"
    settings.TOKEN_LOCKS = folder / "locks"
