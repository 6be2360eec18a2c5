"""What is wrong with settings, as a test asks for it."""

from pathlib import Path
from typing import Any

import pytest

from frontdesk.settings import SettingsError, read_settings


def problems_of(
    *, file: Path | None = None, environ: dict[str, str] | None = None, flags: dict[str, Any] | None = None
) -> list[str]:
    """What reading them complains of; a failed test where it does not."""
    with pytest.raises(SettingsError) as refused:
        read_settings(file=file, environ=environ or {}, flags=flags or {})
    return refused.value.problems
