"""The package tells every type checker everything."""

import json
import os
import subprocess
import sys
from pathlib import Path


def test_the_types_of_the_public_api_are_complete(tmp_path: Path) -> None:
    """Whatever can be imported of it has a known type, as basedpyright judges (`--verifytypes`): 100 %."""
    tools = Path(sys.executable).parent
    command = [str(tools / "basedpyright"), "--verifytypes", "frontdesk_client", "--ignoreexternal", "--outputjson"]
    # It looks for the package with the first python on the path. A folder of its own: no project's settings count.
    environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    found = json.loads(done.stdout)["typeCompleteness"]
    unclear = {
        each["name"]: [said["message"] for said in each["diagnostics"]]
        for each in found["symbols"]
        if each["isTypeAmbiguous"] or not each["isTypeKnown"]
    }
    assert found["exportedSymbolCounts"]["withKnownType"] > 400
    assert unclear == {}
    assert found["completenessScore"] == 1
