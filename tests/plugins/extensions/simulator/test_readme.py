"""The README's promises: its code runs, its tables are whole."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from tidings.testing import Simulation
from tidings_simulator import Simulator
from tidings_simulator.faults import KINDS

README = Path(__file__).parents[4] / "plugins/extensions/simulator/README.md"
TEXT = README.read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)


def run(block: str) -> dict[str, object]:
    names: dict[str, object] = {}
    exec(compile(block, str(README), "exec"), names)
    return names


def test_the_users_test_passes(tidings_simulator):
    run(BLOCKS[0])["test_my_code_waits_for_the_video"](tidings_simulator)


def test_the_context_manager_works(capsys):
    run(BLOCKS[1])

    assert "luma:my-id" in capsys.readouterr().out


def test_the_example_of_a_simulation_can_be_played():
    kind = run(BLOCKS[2])["AcmeSimulation"]

    assert issubclass(kind, Simulation)
    assert kind().timeline().seconds == 25


def test_no_block_is_left_out():
    assert len(BLOCKS) == 3


@pytest.mark.parametrize("kind", KINDS)
def test_every_fault_stands_in_the_table_with_its_options(kind):
    [row] = re.findall(rf"^\| `{kind}` \|.*$", TEXT, flags=re.MULTILINE)

    assert all(f"`{option}={value!r}`".replace("'", '"') in row for option, value in KINDS[kind].items())


def test_every_argument_of_add_is_told():
    [row] = re.findall(r"`\.add\((.*?)\)`", TEXT)

    assert re.findall(r"\w+(?==)|^\w+", row) == list(inspect.signature(Simulator.add).parameters)[1:]
