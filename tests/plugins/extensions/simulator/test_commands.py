"""`tidings simulate`: as a process of its own, stopped with Ctrl-C."""

from __future__ import annotations

import importlib
import signal
import subprocess
import sys
from importlib.metadata import entry_points

import click
import httpx
import pytest
from click.testing import CliRunner

from tidings.model import TaskRef
from tidings.plugins import default_plugins
from tidings_simulator import Simulator
from tidings_simulator.commands import simulate

PROGRAM = "from tidings_simulator.commands import simulate; simulate()"


def test_it_serves_until_ctrl_c_and_says_how_to_reach_it():
    with subprocess.Popen(
        [sys.executable, "-u", "-c", PROGRAM, "--port", "0", "--tasks", "4", "--key", "sk-mine", "--dialect", "luma=D"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        said = []
        for line in process.stdout:
            said.append(line.strip())
            if "Ctrl-C" in line:
                break
        [url] = [line.partition("URL=")[2] for line in said if "URL=" in line]
        tasks = httpx.get(f"{url}/_simulator/tasks", trust_env=False).json()
        httpx.post(f"{url}/_simulator/tasks", json=[{"provider": "luma", "id": "mine"}], trust_env=False)
        headers = {"Authorization": "Bearer sk-mine"}
        answer = httpx.get(f"{url}/luma/generations/mine", headers=headers, trust_env=False)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)

    assert {"export TIDINGS_GATEWAY_KEY=sk-mine", "export TIDINGS_LEARN=0"} <= {*said}
    assert len(tasks) == 4
    assert answer.json()["id"] == "mine"
    assert (process.returncode, err) == (0, "")
    assert "Stopped after 1 requests and 0 downloads." in out


@pytest.mark.parametrize(
    ("arguments", "explanation"),
    [
        (["--dialect", "luma"], "should be PROVIDER=DIALECT"),
        (["--dialect", "luma=Z"], "no dialect 'Z'; there are 'A'"),
        (["--dialect", "nobody=A"], "nobody, which is not played here"),
        (["--speed", "-1"], "-1"),
        (["--port", "70000"], "70000"),
    ],
)
def test_wrong_usage_is_explained(arguments, explanation):
    result = CliRunner().invoke(simulate, arguments)

    assert result.exit_code == 2
    assert explanation in result.output


def test_a_taken_port_is_explained():
    with Simulator() as other:
        result = CliRunner().invoke(simulate, ["--port", other.url.rpartition(":")[2]])

    assert result.exit_code == 1
    assert "choose another --port" in result.output


@pytest.mark.parametrize("name", ["simulate", "demo"])
def test_the_commands_are_found_through_their_entry_points(name):
    [found] = entry_points(group="tidings.commands", name=name)

    assert isinstance(found.load(), click.Command)


def test_the_commands_load_no_server_before_they_run():
    program = "import sys, tidings_simulator.commands; sys.exit('starlette' in sys.modules or 'httpx' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_crowd_has_every_dialect_and_both_outcomes():
    crowd = importlib.import_module("tidings_simulator.crowd")
    with Simulator(providers=["luma"], speed=0) as simulator:
        tasks = crowd.add_crowd(simulator, 24)

    assert {task.dialect for task in tasks} == set("ABCDEF")
    assert {task.timeline.outcome for task in tasks} == {"succeeded", "failed"}


def test_every_task_of_a_crowd_can_be_asked_for_by_its_ref():
    crowd = importlib.import_module("tidings_simulator.crowd")
    plugins = default_plugins()
    with Simulator(speed=0) as simulator:
        voices = [voice for name in simulator.providers for voice in simulator.dialects(name)]
        refs = [TaskRef.parse(task.ref) for task in crowd.add_crowd(simulator, len(voices))]

    assert {ref.provider for ref in refs} == set(simulator.providers)
    for ref in refs:
        plugins.provider(ref.provider).validate_ref(ref)
