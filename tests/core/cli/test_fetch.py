"""`tidings fetch` against a gateway on loopback."""

from __future__ import annotations

import json

import pytest

from tidings.model import TaskStatus


def test_fetch_prints_a_line_per_task_in_the_order_asked(tidings, configured, gateway):
    result = tidings("fetch", "luma:running", "luma:done", "luma:failed")
    assert [line.split()[:3] for line in result.lines] == [
        ["luma:running", "running", "50%"],
        ["luma:done", "succeeded", "50%"],
        ["luma:failed", "failed", "50%"],
    ]
    assert result.lines[1].endswith(gateway.video_url)
    assert result.lines[2].endswith("moderated_input: prompt moderation failed")
    assert result.code == 0
    assert result.err == ""


def test_fetch_asks_once_for_many_and_for_duplicates(tidings, configured, gateway):
    result = tidings("fetch", "luma:done", "luma:running", "luma:done")
    assert [line.split()[0] for line in result.lines] == ["luma:done", "luma:running", "luma:done"]
    assert gateway.requests == ["POST /luma/tasks"]


def test_a_task_that_is_not_found_is_an_aside_and_exit_3(tidings, configured):
    result = tidings("fetch", "luma:done", "luma:nope")
    assert result.code == 3
    assert [line.split()[0] for line in result.lines] == ["luma:done"]
    assert result.err.startswith("luma:nope: ")


def test_json_lines_are_statuses_and_errors_in_the_order_asked(tidings, configured):
    result = tidings("fetch", "--json", "luma:nope", "luma:done", "luma:nope")
    missing, found, again = map(json.loads, result.lines)
    assert missing == again
    assert missing["ref"] == "luma:nope"
    assert missing["error"]["type"] == "TaskNotFound"
    assert missing["error"].keys() == {"type", "message", "retryable", "retry_after"}
    assert TaskStatus.model_validate(found).state == "succeeded"
    assert result.err == ""
    assert result.code == 3


def test_refs_come_from_standard_input_and_files(tidings, configured, tmp_path):
    (tmp_path / "refs.txt").write_bytes(b"\xef\xbb\xbf# mine\r\nluma:failed\r\n\r\n")
    result = tidings("fetch", "-", f"@{tmp_path}/refs.txt", stdin=b"luma:done\n")
    assert [line.split()[0] for line in result.lines] == ["luma:done", "luma:failed"]


def test_an_empty_list_is_nothing_to_do(tidings, configured, gateway):
    result = tidings("fetch", "-", stdin=b"# nothing today\n")
    assert (result.code, result.out, gateway.requests) == (0, "", [])
    assert "nothing to do" in result.err


def test_no_refs_at_all_is_a_usage_error(tidings, configured):
    result = tidings("fetch")
    assert result.code == 2
    assert "Missing argument 'REF...'" in result.err


def test_every_ref_is_checked_before_the_first_request(tidings, configured, gateway):
    result = tidings("fetch", "luma:done", "-", stdin=b"luma:done\nnonsense\n\nluma:route/x\n")
    assert result.code == 2
    assert "line 2 of standard input: 'nonsense' does not name a task" in result.err
    assert "provider[@account]:[route/]id" in result.err
    assert gateway.requests == []


def test_a_route_that_the_provider_does_not_take_is_located(tidings, configured, gateway):
    result = tidings("fetch", "luma:done", "luma:route/x")
    assert (result.code, gateway.requests) == (2, [])
    assert "argument 2: luma does not know the route 'route'" in result.err


def test_an_unknown_provider_lists_the_known_ones_and_the_package(tidings, configured, gateway, monkeypatch):
    monkeypatch.setattr("tidings.plugins.unknown.INSTALLABLE", {"acme": "tidings-acme"})
    result = tidings("fetch", "luma:done", "acme:1")
    assert (result.code, gateway.requests) == (2, [])
    assert "tidings-acme" in result.err
    assert "luma" in result.err


def test_what_answers_at_once_says_that_it_has_no_task(tidings, configured, gateway):
    result = tidings("fetch", "ideogram:x")
    assert (result.code, gateway.requests) == (2, [])
    assert "Ideogram pictures at once" in result.err


def test_an_extra_that_does_not_exist_is_refused_before_the_first_request(tidings, configured, gateway):
    result = tidings("fetch", "luma:done", "--include", "seed")
    assert (result.code, gateway.requests) == (2, [])
    assert "unwatermarked" in result.err


def test_nothing_configured_says_what_to_set(tidings, environ):
    result = tidings("fetch", "luma:1")
    assert result.code == 2
    assert "TIDINGS_GATEWAY_URL" in result.err


def test_a_broken_file_is_named_with_its_line(tidings, configured, tmp_path):
    (tmp_path / "here" / "tidings.toml").write_text('[gateway]\nurl = "x\n')
    result = tidings("fetch", "luma:1")
    assert result.code == 2
    assert "tidings.toml" in result.err
    assert "line 2" in result.err


def test_a_wrong_key_is_exit_3_and_not_shown(tidings, configured):
    configured.setenv("TIDINGS_GATEWAY_KEY", "sk-wrong-wrong-wrong")
    result = tidings("fetch", "luma:done", "-v")
    assert result.code == 3
    assert "Invalid token" in result.err
    assert "sk-wrong" not in result.err + result.out


def test_verbose_logs_each_request_without_its_query(tidings, configured, gateway):
    for arguments in (["-v", "fetch"], ["fetch", "-v"]):
        result = tidings(*arguments, "luma:done", "luma:running")
        assert f"POST {gateway.url}/luma/tasks -> 200 in " in result.err
    assert tidings("fetch", "luma:done").err == ""


@pytest.mark.parametrize(
    ("status", "headers", "body", "sentence"),
    [
        (200, {"Content-Type": "text/html"}, "<!doctype html><title>hello</title>", "web page"),
        (302, {"Location": "http://elsewhere.test/login"}, "", "redirect"),
        (400, {"Content-Type": "application/json"}, '{"error": {"message": "b\\u001b[2Jad"}}', "b [2Jad"),
    ],
)
def test_odd_answers_are_one_sentence_and_exit_3(tidings, environ, httpserver, status, headers, body, sentence):
    environ.setenv("TIDINGS_GATEWAY_URL", httpserver.url_for("/odd"))
    environ.setenv("TIDINGS_GATEWAY_KEY", "sk-1")
    httpserver.expect_request("/odd/luma/generations/1").respond_with_data(body, status=status, headers=headers)
    result = tidings("fetch", "luma:1")
    assert result.code == 3
    assert sentence in result.err
    assert len(result.err.splitlines()) == 1


def test_twenty_thousand_refs_on_standard_input_are_two_hundred_requests(tidings, configured, gateway):
    ids = [f"task-{number}" for number in range(20_000)]
    gateway.states.update(dict.fromkeys(ids, "IN_PROGRESS"))
    result = tidings("fetch", "-", stdin="\r\n".join(f"luma:{id_}" for id_ in ids).encode())
    assert result.code == 0
    assert [line.split()[0] for line in result.lines] == [f"luma:{id_}" for id_ in ids]
    assert len(gateway.requests) == 200
