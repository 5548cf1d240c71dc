"""From looks to sentences: whatever the looks are, and as they are read in the common cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.cli.story import told
from tidings.cli.verdict import verdict_on
from tidings.model import Event, Look, TaskRef, TaskState

REF = TaskRef("luma", "42")
BEGAN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
REASONS = {"interval": "the provider allows one look in 5 s", "first": "it is the first look"}

seconds = st.floats(-1e9, 1e9)
looks = st.builds(
    Look,
    ref=st.just(REF),
    event=st.sampled_from(Event),
    at=st.datetimes(timezones=st.just(UTC)),
    waited=seconds,
    state=st.none() | st.sampled_from(TaskState),
    detail=st.text(max_size=20),
    due=st.none() | seconds,
    reason=st.sampled_from(["", "first", "interval", "of another version"]),
    late=seconds,
)


def look(event: str, waited: float, state: str | None = "running", **more: object) -> Look:
    known = TaskState(state) if state else None
    return Look(REF, Event(event), BEGAN + timedelta(seconds=waited), waited, known, **more)


def followed() -> Look:
    return look("followed", 0.0, None, due=0.0, reason="first")


def unchanged(*moments: float) -> list[Look]:
    return [look("unchanged", moment, due=5.0, reason="interval") for moment in moments]


def texts(*given_looks: Look, every: bool = False) -> list[str]:
    return [sentence.text for sentence in told(given_looks, REASONS, every=every)]


@given(st.lists(looks, max_size=30), st.booleans())
def test_any_looks_make_sentences_that_account_for_each_of_them_in_order(some, every):
    sentences = told(some, REASONS, every=every)
    assert [sentence.event for sentence in sentences for _ in range(sentence.times)] == [look.event for look in some]
    assert [s.start for s in sentences if s.times == 1] == [
        some[sum(before.times for before in sentences[:index])].waited
        for index, s in enumerate(sentences)
        if s.times == 1
    ]
    assert all(sentence.text.endswith(".") for sentence in sentences)


@given(st.lists(looks, max_size=30))
def test_every_look_has_its_sentence_when_asked_for(some):
    assert [sentence.start for sentence in told(some, REASONS, every=True)] == [look.waited for look in some]


@given(st.lists(looks, min_size=1, max_size=30))
def test_any_looks_lead_to_a_verdict(some):
    verdict = verdict_on(some)
    assert verdict.text.endswith(".")
    assert verdict.seconds == some[-1].waited
    assert (verdict.end is None) == (some[-1].event not in {"ended", "gave_up", "left"})
    assert 0 <= verdict.looks <= len(some)


def test_following_begins_with_the_hour_and_the_first_look():
    assert texts(followed()) == ["Following began (2026-03-01 12:00:00 UTC). Next look at once: it is the first look."]


@pytest.mark.parametrize(
    ("then", "text"),
    [
        (
            look("changed", 1.0, "queued", detail="waiting"),
            "Seen for the first time: queued; the provider says 'waiting'.",
        ),
        (look("unchanged", 1.0, due=5.0), "Nothing new: running. Next look at +6.0 s."),
        (
            look("unchanged", 1.0, due=5.0, reason="of another version"),
            "Nothing new: running. Next look at +6.0 s: of another version.",
        ),
        (
            look("retried", 1.0, None, detail="Unreachable: no answer.", due=0.5),
            "The request failed (Unreachable: no answer), the look goes on. It is sent once more at +1.5 s.",
        ),
        (
            look("failed", 1.0, None, detail="Unreachable: no answer."),
            "The look failed (Unreachable: no answer), which is borne for now.",
        ),
        (look("failed", 1.0), "The look failed, which is borne for now, running when last seen."),
        (look("ended", 1.0, "succeeded"), "It ended: succeeded."),
        (look("ended", 1.0, "input_required"), "It wants input."),
        (look("gave_up", 1.0, detail="WaitTimeout: too long."), "Followed no more: WaitTimeout: too long."),
        (look("gave_up", 1.0), "Followed no more."),
        (look("left", 1.0), "Taken out or handed over: followed no more here."),
        (look("ended", 3.0, "failed", late=2.0), "It ended: failed. The answer came 2 s after the look was due."),
    ],
)
def test_each_event_has_its_words(then, text):
    assert texts(followed(), then)[1] == text


def test_a_change_names_both_states_or_says_that_it_is_the_same():
    seen = look("changed", 1.0, "queued")
    assert texts(seen, look("changed", 6.0, "running"))[1] == "Changed from queued to running."
    assert texts(seen, look("changed", 6.0, "queued"))[1].startswith("Still queued, with something new")


def test_an_answer_before_it_was_due_was_brought_along():
    [_, early, ended] = texts(*unchanged(5.0, 7.0), look("ended", 12.0, "succeeded"))
    assert "It came 3 s before it was due: another request brought it along." in early
    assert ended == "It ended: succeeded."


def test_a_request_sent_once_more_does_not_change_when_the_look_was_due():
    [*_, ended] = texts(*unchanged(5.0), look("retried", 10.1, due=60.0), look("ended", 10.6, "succeeded"))
    assert ended == "It ended: succeeded."


def test_many_unchanged_looks_are_one_sentence():
    [summary] = told(unchanged(*range(5, 195, 5)), REASONS)
    assert (summary.start, summary.end, summary.times) == (5, 190, 38)
    assert summary.text == (
        "38 looks until +190.0 s, 5 s apart, with nothing new, running. "
        "Next look at +195.0 s: the provider allows one look in 5 s."
    )


def test_gaps_that_differ_are_told_as_from_to():
    [summary] = texts(*unchanged(5, 10, 20, 50))
    assert "5 s to 30 s apart" in summary


def test_a_sum_says_what_came_early_and_how_late_the_latest_was():
    some = [replace(each, late=late) for each, late in zip(unchanged(5, 7, 12), (0.0, 0.0, 3.0), strict=True)]
    [summary] = texts(*some)
    assert (
        "1 of them came before they were due: other requests brought them along; "
        "the latest answer came 3 s after its look was due." in summary
    )


def test_two_alike_and_those_of_different_reason_stay_apart():
    assert len(texts(*unchanged(5, 10))) == 2
    other = [replace(each, reason="sparse") for each in unchanged(20, 25, 30)]
    assert len(texts(*unchanged(5, 10, 15), *other)) == 2
    assert len(texts(*unchanged(5, 10, 15), *other, every=True)) == 6


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ("failed", "3 failed looks until +3.0 s, 1 s apart, borne for now (Unreachable: no answer)."),
        ("retried", "3 failed requests until +3.0 s, 1 s apart, while the look goes on (Unreachable: no answer)."),
    ],
)
def test_failures_in_a_row_are_summed_up_as_well(event, words):
    assert texts(*(look(event, moment, detail="Unreachable: no answer") for moment in (1.0, 2.0, 3.0))) == [words]


def test_the_first_sight_of_a_task_is_not_summed_up_with_later_news():
    [first, rest] = texts(*(look("changed", moment) for moment in (1.0, 2.0, 3.0, 4.0)))
    assert first.startswith("Seen for the first time")
    assert rest.startswith("3 looks until +4.0 s, 1 s apart, with something new each time, running.")


def test_the_verdict_on_an_ended_task_says_how_long_how_often_and_how_late():
    some = [followed(), look("changed", 0.2), *unchanged(5, 10), look("ended", 15.3, "succeeded", late=0.3)]
    assert verdict_on(some).text == (
        "After 15.3 s and 4 looks it ended, succeeded; the answer came 0.3 s after the look was due. "
        "It was last seen open at +10.0 s, 5.3 s before."
    )


@pytest.mark.parametrize(
    ("last", "text"),
    [
        (
            look("ended", 0.2, "failed"),
            "After 0.2 s and 1 look it ended, failed; the answer came in time. It was over when it was seen first.",
        ),
        (
            look("ended", 0.2, "input_required"),
            "After 0.2 s and 1 look it wants input; the answer came in time. It was over when it was seen first.",
        ),
        (
            look("gave_up", 900.0, detail="WaitTimeout: stopped waiting."),
            "After 900 s and 0 looks it was followed no more: WaitTimeout: stopped waiting.",
        ),
        (look("left", 2.0), "After 2 s and 0 looks it was taken out or handed over, running."),
        (
            look("unchanged", 190.0, due=5.0),
            "The trace ends at +190.0 s, after 1 look, with the task open, running; the next look was due at +195.0 s.",
        ),
    ],
)
def test_each_end_has_its_verdict(last, text):
    assert verdict_on([followed(), last]).text == text


def test_the_verdict_counts_what_went_wrong():
    some = [look("retried", 1.0), look("failed", 2.0), look("failed", 3.0), look("ended", 4.0, "succeeded")]
    verdict = verdict_on(some)
    assert (verdict.looks, verdict.retries) == (3, 1)
    assert "3 looks (2 failed, 1 request sent once more)" in verdict.text


def test_the_verdict_on_a_task_followed_twice_is_about_the_last_time():
    verdict = verdict_on(
        [followed(), *unchanged(5, 10), look("left", 12.0), followed(), look("ended", 0.1, "succeeded")]
    )
    assert verdict.text.startswith("It was followed 2 times; this is about the last. After 0.1 s and 1 look it ended")
    assert verdict.looks == 1
