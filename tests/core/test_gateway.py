"""What gateways of one family share: the envelope is opened or explained, and no task row is too odd to read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings import gateway
from tidings.errors import TaskNotFound, UnexpectedResponse
from tidings.model import TaskState

ROW = {
    "task_id": "9d4b7516",
    "platform": "luma_free",
    "action": "LUMA_VIDEO",
    "status": "IN_PROGRESS",
    "fail_reason": "",
    "submit_time": 1719819313,
    "start_time": 1719819323,
    "finish_time": 0,
    "progress": "30%",
    "data": {"state": "processing"},
}
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


class TestEnvelope:
    @pytest.mark.parametrize("code", ["success", "SUCCESS", "Success"])
    def test_a_success_holds_its_data(self, code):
        assert gateway.unwrap({"code": code, "message": "", "data": [1]}) == [1]

    @pytest.mark.parametrize("data", [None, [], {}, 0])
    def test_empty_data_stays_what_it_is(self, data):
        assert gateway.unwrap({"code": "success", "data": data}) == data

    def test_a_success_without_data_holds_none(self):
        assert gateway.unwrap({"code": "success"}) is None

    @pytest.mark.parametrize(
        "payload", [[], [{"code": "success"}], {}, {"code": 0, "data": 1}, {"code": None}, "success", None]
    )
    def test_what_is_in_no_envelope_comes_back_untouched(self, payload):
        assert gateway.unwrap(payload) is payload
        assert not gateway.is_enveloped(payload)

    def test_an_unknown_task_is_not_found_even_with_a_good_http_status(self):
        with pytest.raises(TaskNotFound):
            gateway.unwrap({"code": "task_not_exist", "message": "task_not_exist", "data": None})

    @pytest.mark.parametrize("message", ["no such channel", "", None, ["odd"]])
    def test_another_code_is_unexpected_and_quoted(self, message):
        with pytest.raises(UnexpectedResponse, match="the gateway answered get_task_failed") as caught:
            gateway.unwrap({"code": "get_task_failed", "message": message})
        assert not str(caught.value).endswith((":", " "))

    def test_a_message_of_any_length_is_cut(self):
        with pytest.raises(UnexpectedResponse) as caught:
            gateway.unwrap({"code": "x" * 1000, "message": "y" * 10_000})
        assert len(str(caught.value)) == 300

    @pytest.mark.parametrize(
        ("payload", "is_foreign"),
        [
            ({"code": 200, "data": []}, True),
            ({"code": None, "data": {}, "msg": "ok"}, True),
            ({"code": "success", "data": []}, False),
            ({"code": 200}, False),
            ({"state": "completed"}, False),
            ([{"code": 200, "data": []}], False),
            (None, False),
        ],
    )
    def test_an_envelope_of_another_family_is_told_by_its_two_names(self, payload, is_foreign):
        assert gateway.is_foreign_envelope(payload) == is_foreign

    @given(anything)
    def test_any_payload_is_opened_or_refused(self, payload):
        try:
            gateway.unwrap(payload)
        except (TaskNotFound, UnexpectedResponse):
            assert gateway.is_enveloped(payload)


class TestTaskRow:
    def test_the_documented_row(self):
        assert gateway.read_task_row(ROW) == gateway.TaskRow(
            task_id="9d4b7516",
            status="IN_PROGRESS",
            action="LUMA_VIDEO",
            fail_reason=None,
            progress=0.3,
            submitted_at=datetime(2024, 7, 1, 7, 35, 13, tzinfo=UTC),
            started_at=datetime(2024, 7, 1, 7, 35, 23, tzinfo=UTC),
            finished_at=None,
            result_url=None,
            data={"state": "processing"},
        )

    def test_an_empty_row_is_a_row_that_says_nothing(self):
        row = gateway.read_task_row({})
        assert row.status == ""
        assert {row.task_id, row.action, row.fail_reason, row.progress, row.submitted_at, row.result_url, row.data} == {
            None
        }

    def test_newer_builds_say_finished_at(self):
        row = gateway.read_task_row({"finished_at": 1719819313})
        assert row.finished_at == datetime(2024, 7, 1, 7, 35, 13, tzinfo=UTC)
        assert gateway.read_task_row({"finish_time": 0, "finished_at": 1719819313}) == row

    def test_the_result_of_a_success_may_lie_where_the_reason_for_a_failure_would(self):
        link = "https://example.com/v.mp4"
        assert gateway.read_task_row({"status": "SUCCESS", "fail_reason": link}).result_url == link
        assert gateway.read_task_row({"status": "success", "fail_reason": link}).result_url == link
        assert gateway.read_task_row({"status": "SUCCESS", "fail_reason": "too dark"}).result_url is None
        both = {"status": "SUCCESS", "fail_reason": link, "result_url": f"{link}?new"}
        assert gateway.read_task_row(both).result_url == f"{link}?new"

    @pytest.mark.parametrize("status", ["FAILURE", "IN_PROGRESS", "", None])
    def test_a_link_in_the_reason_for_a_failure_is_no_result(self, status):
        row = gateway.read_task_row({"status": status, "fail_reason": "https://example.com/input.mp4"})
        assert (row.result_url, row.fail_reason) == (None, "https://example.com/input.mp4")

    @given(st.dictionaries(st.sampled_from([*ROW, "finished_at", "result_url"]), anything))
    def test_no_row_is_too_odd_to_read(self, row):
        read = gateway.read_task_row(row)
        assert isinstance(read.status, str)
        assert read.data is row.get("data")

    @pytest.mark.parametrize("odd", [False, [], {}, 1.5])
    def test_a_status_that_is_no_word_is_no_missing_status(self, odd):
        assert gateway.read_task_row({"status": odd}).status not in gateway.STATES

    @pytest.mark.parametrize(
        ("value", "is_row"),
        [
            (ROW, True),
            ({"task_id": None, "status": ""}, True),
            ({"task_id": "t", "fail_reason": ""}, True),
            ({"status": "SUCCESS", "fail_reason": ""}, True),
            ({"id": "x", "state": "completed"}, False),
            ({"id": "x", "status": "completed"}, False),
            ([], False),
        ],
    )
    def test_a_row_is_told_by_two_of_its_names(self, value, is_row):
        assert gateway.is_task_row(value) == is_row


def test_every_word_of_the_gateway_has_its_state():
    assert {word: state.value for word, state in gateway.STATES.items()} == {
        "": "pending",
        "NOT_START": "pending",
        "SUBMITTED": "queued",
        "QUEUED": "queued",
        "IN_PROGRESS": "running",
        "SUCCESS": "succeeded",
        "FAILURE": "failed",
        "UNKNOWN": "unknown",
    }
    assert gateway.STATES["UNKNOWN"] is TaskState.unknown
    with pytest.raises(TypeError):
        gateway.STATES["NEW"] = TaskState.failed


class TestOpened:
    def test_a_row_is_taken_apart_from_what_the_provider_said(self):
        opened = gateway.opened({**ROW, "status": "IN_PROGRESS", "data": {"id": "x"}})
        assert (opened.row.status, opened.inner) == ("IN_PROGRESS", {"id": "x"})

    @pytest.mark.parametrize("bare", [{"id": "x", "status": "Ready"}, None, [], "text"])
    def test_a_bare_object_is_all_inside(self, bare):
        opened = gateway.opened(bare)
        assert opened.inner == bare
        assert opened.row == gateway.read_task_row({})

    @pytest.mark.parametrize(
        ("outer", "own", "word"),
        [
            ("SUCCESS", "processing", "SUCCESS"),  # the gateway bills by it
            ("", "processing", "processing"),
            ("unknown", "processing", "processing"),
            ("UNKNOWN", None, "UNKNOWN"),
            ("", None, ""),
        ],
    )
    def test_the_gateways_word_counts_where_it_has_one(self, outer, own, word):
        assert gateway.opened({"task_id": "1", "status": outer, "data": None}).word(own) == word


class TestHasGivenUp:
    @pytest.mark.parametrize("state", ["pending", "queued", "running", "input_required"])
    def test_a_reason_at_the_end_of_an_open_task_is_its_failure(self, state):
        assert gateway.has_given_up(TaskState(state), 1.0, "channel lost")

    @pytest.mark.parametrize("state", ["succeeded", "failed", "canceled", "expired", "unknown"])
    def test_a_final_word_and_one_that_nobody_knows_stay_what_they_are(self, state):
        assert not gateway.has_given_up(TaskState(state), 1.0, "channel lost")

    @pytest.mark.parametrize(("progress", "reason"), [(0.99, "odd"), (None, "odd"), (1.0, ""), (1.0, None), (1.0, [])])
    def test_neither_a_reason_nor_the_end_is_enough(self, progress, reason):
        assert not gateway.has_given_up(TaskState.running, progress, reason)


class TestContent:
    @pytest.mark.parametrize(
        "link",
        [
            "https://gateway.example/v1/videos/t1/content",
            "http://gateway.example:3000/below/v1/videos/t1/content?variant=video",
            "/v1/videos/t1/content",
            "/v1/tasks/t1/artifacts/video/content",
        ],
    )
    def test_what_a_gateway_serves_itself_needs_the_key(self, link):
        assert gateway.is_content(link)
        assert gateway.needs_key(link)

    def test_a_pass_in_the_link_is_as_good_as_the_key(self):
        link = "https://gateway.example/v1/tasks/t1/artifacts/video/content?access=pass"
        assert gateway.is_content(link)
        assert not gateway.needs_key(link)

    @pytest.mark.parametrize(
        "link",
        [
            "",
            "https://cdn.example/v.mp4",
            "https://cdn.example/v1/videos/t1/content/more",
            "https://cdn.example/v?from=/v1/videos/t1/content",
            "the file is at /v1/videos/t1/content",
        ],
    )
    def test_other_links_need_none(self, link):
        assert not gateway.is_content(link)
        assert not gateway.needs_key(link)
