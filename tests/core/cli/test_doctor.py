"""`tidings doctor`: findings as pure functions, then against a gateway on loopback."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from pydantic import SecretStr

from tidings import errors
from tidings.cli import diagnosis
from tidings.cli.diagnosis import Finding, Question
from tidings.config import Account
from tidings.model import TaskRef
from tidings.plugins import INSTALLABLE
from tidings.provider import Provider

KEY = "sk-0123456789abcdef"
ACCOUNT = Account("studio", "https://gw.test/v1", SecretStr(KEY), is_gateway=True, url_source="URL", key_source="KEY")
QUESTION = Question(TaskRef("luma", "x", "studio"), ACCOUNT)


def finding(status: str) -> Finding:
    return Finding("luma", None, status, "a sentence")


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (errors.TaskNotFound(status_code=404), "answers"),
        (errors.UnexpectedResponse("no such id", status_code=400), "answers"),
        (errors.UnexpectedResponse("not a uuid", status_code=422), "answers"),
        (errors.UnexpectedResponse("no route", status_code=400, no_route=True), "unserved"),
        (errors.UnexpectedResponse("a web page", status_code=200), "fails"),
        (errors.Unauthorized("Invalid token"), "fails"),
        (errors.QuotaExhausted(), "fails"),
        (errors.RateLimited(), "fails"),
        (errors.Unreachable(), "fails"),
        (errors.ProviderUnavailable(), "fails"),
        (errors.TidingsError(), "fails"),
        (errors.ConfigError("TIDINGS_KLING_KEY: the key is ACCESS|SECRET"), "broken"),
    ],
)
def test_not_found_is_what_a_good_key_hears(answer, status):
    found = diagnosis.conclude(QUESTION, answer)
    assert found.status == status
    assert found.whom == "luma@studio"


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        ([], 2),
        (["unconfigured"], 2),
        (["answers"], 0),
        (["answers", "unconfigured"], 0),
        (["unasked", "unconfigured"], 0),
        (["unasked", "fails"], 3),
        (["unasked", "broken"], 2),
        (["answers", "fails"], 3),
        (["fails", "broken"], 2),
        (["answers", "broken"], 2),
    ],
)
def test_the_exit_code_follows_from_the_findings(statuses, code):
    assert diagnosis.exit_of([finding(status) for status in statuses]) == code


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://gw.test/v1", "https://gw.test/v1"),
        ("https://me:secret@gw.test:8443/v1?token=secret", "https://gw.test:8443/v1"),
    ],
)
def test_a_url_is_shown_without_secrets(url, shown):
    assert diagnosis.shown_url(url) == shown


def test_at_the_makers_own_address_a_missing_route_is_a_failure():
    own = replace(QUESTION, account=replace(ACCOUNT, is_gateway=False))
    assert diagnosis.conclude(own, errors.UnexpectedResponse("no route", no_route=True)).status == "fails"


def test_no_part_of_a_key_is_shown():
    shown = diagnosis.row_of(diagnosis.conclude(QUESTION, errors.Unauthorized()))
    assert shown["key"] == "(19 characters)"
    assert not any(KEY[start : start + 3] in str(shown) for start in range(len(KEY) - 2))


def test_a_key_is_hidden_in_the_url_and_in_what_was_said_as_well():
    account = replace(ACCOUNT, base_url=f"https://gw.test/{KEY}/v1")
    shown = diagnosis.conclude(replace(QUESTION, account=account), errors.TidingsError(f"{KEY} is no good"))
    assert shown.url == "https://gw.test/(the key)/v1"
    assert shown.detail == "TidingsError: (the key) is no good"


def test_a_key_too_short_to_guard_anything_leaves_words_whole():
    account = replace(ACCOUNT, key=SecretStr("a"))
    assert diagnosis.conclude(replace(QUESTION, account=account), errors.TaskNotFound()).detail == "it answers"


class Routed(Provider):
    name, title, states, routes, route_required = "routed", "Routed", {}, ("*", "v2"), True

    def request(self, ref): ...

    def parse(self, response, ref): ...


class Optional(Routed):
    route_required = False


def test_the_question_takes_a_route_where_the_provider_needs_one():
    assert str(diagnosis.probe_ref(Routed(), "studio")) == "routed@studio:v2/tidings-doctor-no-such-task"
    assert str(diagnosis.probe_ref(Optional(), None)) == "routed:tidings-doctor-no-such-task"


def test_what_to_set_is_said_only_when_nothing_is_set():
    assert not any("a sentence" in line for line in diagnosis.table([finding("answers"), finding("unconfigured")]))
    assert any("a sentence" in line for line in diagnosis.table([finding("unconfigured")]))
    assert any("a sentence" in line for line in diagnosis.table([finding("answers"), finding("broken")]))


def test_doctor_says_that_a_good_account_answers(tidings, configured, gateway):
    result = tidings("doctor")
    assert result.code == 0
    [line] = [line for line in result.lines if line.startswith("luma ")]
    assert line.split()[:4] == ["luma", "answers", gateway.url, "TIDINGS_GATEWAY_URL"]
    assert "TIDINGS_GATEWAY_KEY" in line
    assert KEY not in result.out + result.err
    assert len(gateway.requests) == 1


def test_a_gateway_need_not_offer_everything(tidings, configured):
    found = {row["provider"]: row["status"] for row in map(json.loads, tidings("doctor", "--json").lines)}
    assert found.pop("luma") == "answers"
    assert {status for name, status in found.items() if name in INSTALLABLE} == {"unserved"}
    assert "unserved" in tidings("doctor").out
    assert "has no such route" not in tidings("doctor").out


def test_a_gateway_that_offers_nothing_is_none(tidings, configured, gateway):
    configured.setenv("TIDINGS_GATEWAY_URL", f"{gateway.url}/dashboard")
    result = tidings("doctor")
    assert result.code == 3
    assert "luma: the server has no such route: this gateway does not offer it, or its URL is not right" in result.out


def test_doctor_says_that_a_key_is_refused(tidings, configured):
    configured.setenv("TIDINGS_GATEWAY_KEY", "sk-wrong-wrong-wrong")
    result = tidings("doctor")
    assert result.code == 3
    assert "luma: Unauthorized: Invalid token" in result.out
    assert "sk-wrong" not in result.out + result.err


def test_doctor_asks_the_users_own_accounts_too(tidings, configured, gateway, tmp_path):
    (tmp_path / "config" / "tidings").mkdir(parents=True)
    (tmp_path / "config" / "tidings" / "tidings.toml").write_text(
        f'[accounts.studio]\nprovider = "luma"\nurl = "{gateway.url}"\nkey = "env:STUDIO_KEY"\n'
        f'[accounts.attic]\nurl = "{gateway.url}"\nkey = "env:NOT_SET"\n'
        f'[accounts.other]\nprovider = "kling"\nurl = "{gateway.url}"\nkey = "env:STUDIO_KEY"\n'
    )
    configured.setenv("STUDIO_KEY", "sk-studio-studio")
    result = tidings("doctor", "--json")
    found = {(row["provider"], row["account"]): row for row in map(json.loads, result.lines)}
    assert {whom: row["status"] for whom, row in found.items() if whom[0] == "luma"} == {
        ("luma", None): "answers",
        ("luma", "studio"): "fails",
        ("luma", "attic"): "broken",
    }
    assert "NOT_SET" in found["luma", "attic"]["detail"]
    assert "STUDIO_KEY" in found["luma", "studio"]["key_source"]
    assert result.code == 2


def test_doctor_sends_nothing_to_accounts_of_the_working_directory_unless_told_to(tidings, environ, gateway, tmp_path):
    (tmp_path / "here" / "tidings.toml").write_text(
        f'[accounts.x]\nprovider = "luma"\nurl = "{gateway.url}"\nkey = "env:TIDINGS_X"\n'
    )
    environ.setenv("TIDINGS_X", KEY)
    result = tidings("doctor")
    [line] = [line for line in result.lines if line.startswith("luma@x ")]
    assert line.split()[:3] == ["luma@x", "unasked", gateway.url]
    assert "add --all if you trust that file" in result.out
    assert (result.code, gateway.requests) == (0, [])
    assert "answers" in tidings("doctor", "--all").out
    assert len(gateway.requests) == 1


def test_doctor_shows_and_does_not_read_what_such_a_file_may_not(tidings, environ, gateway, tmp_path):
    (tmp_path / "here" / "tidings.toml").write_text(
        f'[accounts.x]\nurl = "{gateway.url}"\nkey = "env:AWS_SECRET_ACCESS_KEY"\n'
    )
    environ.setenv("AWS_SECRET_ACCESS_KEY", KEY)
    result = tidings("doctor", "--all")
    assert (result.code, gateway.requests) == (2, [])
    assert f"move this table to {tmp_path}/config/tidings/tidings.toml" in result.out


def test_doctor_without_configuration_says_what_to_set(tidings, environ):
    result = tidings("doctor")
    assert result.code == 2
    assert "TIDINGS_GATEWAY_URL" in result.out


def test_doctor_names_the_broken_line_of_a_file(tidings, environ, tmp_path):
    (tmp_path / "here" / "tidings.toml").write_text("[gateway\n")
    result = tidings("doctor")
    assert result.code == 2
    assert "tidings.toml" in result.err
