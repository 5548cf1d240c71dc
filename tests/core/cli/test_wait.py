"""`tidings wait` and `tidings download` against a gateway on loopback."""

from __future__ import annotations

import json

import pytest

from tidings.model import TaskStatus


@pytest.mark.parametrize(
    ("refs", "code"),
    [
        (["luma:done"], 0),
        (["luma:done", "luma:failed"], 1),
        (["luma:failed"], 1),
        (["luma:done", "luma:done"], 0),
        (["luma:running", "luma:failed", "luma:done"], 124),
    ],
)
def test_wait_ends_with_the_gravest_code(tidings, configured, refs, code):
    assert tidings("wait", *refs, "--timeout", "0.5").code == code


def test_wait_prints_a_line_for_each_that_is_over(tidings, configured, gateway):
    result = tidings("wait", "luma:done", "luma:failed", "luma:done")
    assert sorted(line.split()[0] for line in result.lines) == ["luma:done", "luma:done", "luma:failed"]
    assert gateway.requests == ["POST /luma/tasks"]


def test_a_timeout_says_what_was_seen_last(tidings, configured):
    result = tidings("wait", "luma:running", "--timeout", "0.5")
    assert result.code == 124
    assert result.err.startswith("luma:running: ")
    assert result.err.endswith("(last seen: running 50%)\n")


def test_the_json_line_of_a_timeout_carries_the_last_status(tidings, configured):
    result = tidings("wait", "luma:running", "--timeout", "0.5", "--json")
    line = json.loads(result.out)
    assert (line["ref"], line["error"]["type"]) == ("luma:running", "WaitTimeout")
    assert TaskStatus.model_validate(line["last_status"]).state == "running"


def test_wait_goes_on_until_the_task_is_over(tidings, configured, gateway, tmp_path):
    account = f'[accounts.quick]\nprovider = "luma"\nurl = "{gateway.url}"\nkey = "env:TIDINGS_GATEWAY_KEY"\n'
    (tmp_path / "here" / "tidings.toml").write_text(f"{account}interval = 0.01\n")
    words = iter(["SUBMITTED", "IN_PROGRESS", "IN_PROGRESS"])

    class Living(dict):
        def __getitem__(self, key: str) -> str:
            return next(words, "SUCCESS")

    gateway.states = Living(task="")
    result = tidings("wait", "luma@quick:task", "--json", "--timeout", "60")
    assert result.code == 0
    assert json.loads(result.out)["ref"] == "luma@quick:task"
    assert len(gateway.requests) == 4


@pytest.mark.parametrize("timeout", ["soon", "-1", "nan", "inf", "1e999", ""])
def test_a_timeout_is_a_number_of_seconds(tidings, configured, gateway, timeout):
    result = tidings("wait", "luma:done", f"--timeout={timeout}")
    assert (result.code, gateway.requests) == (2, [])
    assert "none for no limit" in result.err


def test_a_timeout_may_be_none(tidings, configured):
    assert tidings("wait", "luma:done", "--timeout", "none").code == 0


def test_download_saves_and_prints_the_paths(tidings, configured, tmp_path):
    result = tidings("download", "luma:done", "--to", "out")
    assert result.code == 0
    [path] = result.lines
    assert (tmp_path / "here" / path).read_bytes() == b"video"


def test_download_in_json_prints_the_status_with_its_paths(tidings, configured, tmp_path):
    result = tidings("download", "luma:done", "luma:failed", "--to", "out", "--json")
    assert result.code == 1
    by_ref = {line["ref"]: line for line in map(json.loads, result.lines)}
    [path] = by_ref["luma:done"].pop("paths")
    assert (tmp_path / "here" / path).read_bytes() == b"video"
    assert TaskStatus.model_validate(by_ref["luma:done"]).state == "succeeded"
    assert by_ref["luma:failed"]["state"] == "failed"


def test_an_output_that_cannot_be_saved_is_exit_3(tidings, configured, gateway, tmp_path):
    (tmp_path / "here" / "out").write_text("a file stands where the folder should be")
    result = tidings("download", "luma:done", "--to", "out/in")
    assert result.code == 3
    assert result.err.startswith("luma:done: ")


def test_a_role_that_was_not_made_is_exit_3(tidings, configured):
    result = tidings("download", "luma:done", "--to", "out", "--role", "thumbnail")
    assert result.code == 3
    assert "thumbnail" in result.err


def test_download_needs_a_folder_and_a_known_role(tidings, configured, gateway):
    assert tidings("download", "luma:done").code == 2
    assert tidings("download", "luma:done", "--to", "out", "--role", "best").code == 2
    assert gateway.requests == []
