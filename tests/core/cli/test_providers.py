"""`tidings providers`."""

from __future__ import annotations

import json
import re

from tidings.cli.providers import installable_rows, row_of, table
from tidings.plugins import INSTALLABLE, Installed, Quarantined

ACME = Installed(
    name="acme",
    title="Acme",
    distribution="tidings-acme",
    version="1.0",
    value="tidings_acme",
    batch=20,
    routes=("v1",),
    states={"done": "succeeded", "finished": "succeeded", "busy": "running"},
    includes=("seed", "lyrics"),
    docs_url="https://acme.example/docs",
)
BROKEN = Quarantined("broken", "broken_module", None, "importing it raised ImportError:\n\x1b[2Jno module")


def test_each_kind_of_provider_is_one_line():
    heading, acme, broken, suno = table(
        [row_of(ACME), row_of(BROKEN), *installable_rows(INSTALLABLE.keys() - {"suno"})]
    )
    assert heading.split() == ["NAME", "STATUS", "BATCH", "EXTRAS", "STATES", "NOTE", "DOCS"]
    assert acme.split(maxsplit=5)[:5] == ["acme", "installed", "20", "seed,lyrics", "succeeded,running"]
    assert re.split(r" {2,}", acme)[5:] == ["Acme (tidings-acme 1.0)", "https://acme.example/docs"]
    assert broken.split(maxsplit=2)[:2] == ["broken", "quarantined"]
    assert broken.endswith("broken_module: importing it raised ImportError: [2Jno module")
    assert suno.split(maxsplit=5) == ["suno", "installable", "-", "-", "-", "in the package tidings-suno"]


def test_luma_is_installed_and_others_are_installable(tidings):
    result = tidings("providers")
    assert result.code == 0
    found = {line.split()[0]: line.split()[1:4] for line in result.lines}
    assert found["luma"] == ["installed", "100", "unwatermarked"]


def test_json_rows_hold_the_makers_words(tidings):
    rows = {row["name"]: row for row in map(json.loads, tidings("providers", "--json").lines)}
    assert rows["luma"]["states"]["dreaming"] == "running"
    assert rows["luma"]["status"] == "installed"
    assert {row["status"] for row in rows.values()} <= {"installed", "quarantined", "installable"}
