"""The run behind the page on when to look: the same each time, the schedule's own, and what the page says."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tidings.schedule import Durations

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module", autouse=True)
def extension():
    """The folder of our Sphinx extension can be imported from."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(DOCS / "_ext"))
        yield


@pytest.fixture(scope="module")
def run():
    from tidings_docs import when_to_look

    return when_to_look.run()


def test_the_run_is_the_same_each_time(run):
    from tidings_docs import when_to_look

    assert when_to_look.run() == run


def test_after_learning_a_third_of_the_loops_looks_is_saved_for_the_same_delay(run):
    loop, first, learned = run.outcomes
    assert loop.delay == pytest.approx(learned.delay, rel=0.03)
    assert learned.looks < 0.7 * loop.looks
    assert learned.looks < 0.5 * first.looks
    assert learned.delay < first.delay


def test_about_twenty_looks_are_made_as_the_page_says(run):
    assert run.outcomes[2].looks == pytest.approx(20, abs=2.5)
    assert "about\n   20 looks" in (DOCS / "explanation/when_to_look.md").read_text()


def test_no_end_is_missed_and_none_is_seen_before_it_came(run):
    for outcome in run.outcomes:
        *before, last = outcome.example
        assert before[-1] < run.slow <= last


def test_looks_stand_where_ends_are_likely(run):
    learned = run.outcomes[2].example
    idle = [age for age in learned if 10 <= age < 40]
    busy = [age for age in learned if 55 <= age < 85]
    assert len(idle) <= 3
    assert len(busy) >= 10


def test_the_looks_are_those_of_the_schedule():
    """With all tasks ending at once, a minute after their submission, hardly any look is made before."""
    from tidings_docs import when_to_look

    known = Durations()
    for _ in range(1000):
        known.learn("luma", "generate", 60.0)
    made = when_to_look.looks(60.0, known.usual("luma", "generate"))
    assert len(made) < 15
    assert made[-1] - 60.0 < 2.0


def test_the_picture_shows_every_way_with_its_figures(run):
    from tidings_docs import looks_plot

    drawn = looks_plot.draw(run)
    text = " ".join(ET.fromstring(drawn).itertext())
    for outcome in run.outcomes:
        assert outcome.name in text
        assert f"{outcome.looks:.1f} looks a task" in text
    assert looks_plot.draw(run) == drawn, "building the docs twice gives the same page"


def test_the_page_takes_its_figures_from_the_run(run):
    from tidings_docs.looks_plot import WhenToLookDirective

    lines = list(WhenToLookDirective.__new__(WhenToLookDirective).lines())
    for outcome in run.outcomes:
        assert f"| {outcome.name} | {outcome.looks:.1f} | {outcome.delay:.2f} s |" in lines
    page = (DOCS / "explanation/when_to_look.md").read_text()
    assert "```{tidings-when-to-look}" in page
    assert f"{len(run.durations):,} videos" in page
