"""A look that shows nothing new costs no status, and whoever does not know it yet gets one all the same."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st
from maker import Maker, Server, lane_to, ref

from tidings.errors import FetchError, TaskNotFound, UnexpectedResponse
from tidings.lanes import UNCHANGED
from tidings.lanes.digest import digest_of
from tidings.model import Artifact, TaskState, TaskStatus
from tidings.provider import Provider
from tidings.testing.fake import respond
from tidings.testing.virtual import in_virtual_time
from tidings.wire import Request

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


class Rows(Maker):
    """Answers to batches are read row by row.

    Attributes:
        parsed: the ids of the rows and single answers that were parsed.
    """

    parse_batch = Provider.parse_batch

    def __init__(self):
        self.parsed = []

    def rows(self, response, refs):
        found = response.json()
        return {one: found[one.id] for one in refs if one.id in found}

    def parse_row(self, row, ref, response):
        self.parsed.append(ref.id)
        if row == "odd":
            raise UnexpectedResponse("an odd row")
        return self._status(response, ref, row if isinstance(row, str) else row["state"])

    def parse(self, response, ref):
        return self.parse_row(response.json(), ref, response)


class Slim:
    def __init__(self, known=None):
        self.known = known
        self.answers = []

    def answered(self, answer):
        self.answers.append(answer)

    def retried(self, error, delay):
        pass

    @property
    def last(self):
        return self.answers[-1]


class Words(Server):
    """Answers with the word of each task, which tests change."""

    def __init__(self, **words):
        super().__init__()
        self.words = words
        self.rules.append(self.answer)

    def answer(self, ids, outgoing):
        rows = {name: self.words[name] for name in ids if name in self.words}
        return respond(json_body=rows if outgoing.method == "POST" else rows[ids[0]])


async def look(lane, **waiters):
    """Each waiter asks for the task of its name, and all are told."""
    for name, waiter in waiters.items():
        lane.ask(ref(name), waiter)
    await asyncio.sleep(10.0)


# --- batches


@in_virtual_time
async def test_a_row_that_says_what_it_said_before_is_not_parsed_again():
    maker, server, a, b = Rows(), Words(a="run", b="run"), Slim(), Slim()
    async with lane_to(server, provider=maker) as lane:
        await look(lane, a=a, b=b)
        server.words["b"] = "done"
        await look(lane, a=a, b=b)
        await look(lane, a=a, b=b)
    assert [type(answer) for answer in a.answers] == [TaskStatus, type(UNCHANGED), type(UNCHANGED)]
    assert [answer if answer is UNCHANGED else answer.state for answer in b.answers] == [
        TaskState.running,
        TaskState.succeeded,
        UNCHANGED,
    ]
    assert maker.parsed == ["a", "b", "b"]
    assert len(server.batches) == 3


@in_virtual_time
async def test_a_row_that_changes_back_is_news_each_time():
    server, a, b = Words(a="run", b="run"), Slim(), Slim()
    async with lane_to(server, provider=Rows()) as lane:
        for word in ("run", "done", "run"):
            server.words["a"] = word
            await look(lane, a=a, b=b)
    assert [answer.raw_state for answer in a.answers] == ["run", "done", "run"]


@in_virtual_time
async def test_who_does_not_know_the_row_makes_it_a_status_for_all_who_ask():
    server, knows, new, other = Words(a="run", b="run"), Slim(), Slim(), Slim()
    async with lane_to(server, provider=Rows()) as lane:
        await look(lane, a=knows, b=other)
        lane.ask(ref("a"), knows)
        lane.ask(ref("a"), new)
        await look(lane, b=other)
        assert knows.last is new.last is not UNCHANGED
        assert knows.known == new.known is not None
        lane.ask(ref("a"), new)
        await look(lane, a=knows, b=other)
    assert knows.last is new.last is UNCHANGED


@in_virtual_time
async def test_who_joins_a_look_under_way_gets_a_status():
    server, knows, other, caller = Words(a="run", b="run"), Slim(), Slim(), None
    async with lane_to(server, provider=Rows(), latency=1.0) as lane:
        await look(lane, a=knows, b=other)
        lane.ask(ref("a"), knows)
        lane.ask(ref("b"), other)
        await asyncio.sleep(0.9)
        caller = await lane.answer(ref("a"))
    assert caller.state is TaskState.running
    assert knows.last is caller
    assert other.last is UNCHANGED
    assert len(server.batches) == 2


@in_virtual_time
async def test_who_joins_after_the_row_was_read_gets_a_status_of_a_look_of_its_own():
    """A batch is asked in halves: while the second is under way, the first is read already."""
    server, waiters = Words(**dict.fromkeys("abcd", "run")), {name: Slim() for name in "abcd"}
    async with lane_to(server, provider=Rows(), latency=1.0) as lane:
        await look(lane, **waiters)
        server.rules.insert(0, lambda ids, outgoing: respond(400, {}) if len(ids) > 2 else None)
        for name, waiter in waiters.items():
            lane.ask(ref(name), waiter)
        await asyncio.sleep(2.5)  # the whole until 1.0, a and b until 2.0, c and d until 3.0
        caller = await lane.answer(ref("a"))
        await asyncio.sleep(10.0)
    assert caller.state is TaskState.running
    assert waiters["a"].last is caller
    assert [waiters[name].last for name in "bcd"] == [UNCHANGED] * 3
    assert server.singles == {"a": 1}


@in_virtual_time
async def test_an_odd_row_is_its_tasks_trouble_alone_and_what_was_known_stays_known():
    server, a, b = Words(a="run", b="run"), Slim(), Slim()
    async with lane_to(server, provider=Rows()) as lane:
        await look(lane, a=a, b=b)
        known = a.known
        server.words["a"] = "odd"
        await look(lane, a=a, b=b)
        assert isinstance(a.last, UnexpectedResponse)
        assert a.last.ref == ref("a")
        assert b.last is UNCHANGED
        assert a.known == known
        del server.words["a"]
        await look(lane, a=a, b=b)
        assert isinstance(a.last, TaskNotFound)
        server.words["a"] = "run"
        await look(lane, a=a, b=b)
    assert a.last is UNCHANGED


@in_virtual_time
async def test_a_row_that_poisons_its_batch_is_found_and_its_neighbours_are_unchanged():
    class Stumbles(Rows):
        def parse_row(self, row, ref, response):
            return super().parse_row(row if row != "poison" else None, ref, response)

    server, waiters = Words(**dict.fromkeys("abcd", "run")), {name: Slim() for name in "abcd"}
    async with lane_to(server, provider=Stumbles()) as lane:
        await look(lane, **waiters)
        server.words["d"] = "poison"
        await look(lane, **waiters)
    assert [waiters[name].last for name in "ab"] == [UNCHANGED] * 2
    assert waiters["c"].last.state is TaskState.running, "asked alone, it is no row any more"
    assert isinstance(waiters["d"].last, FetchError)


@in_virtual_time
async def test_without_the_batch_route_single_answers_are_compared():
    server, waiters = Words(a="run", b="run"), {name: Slim() for name in "ab"}
    server.rules.insert(0, lambda ids, out: respond(404, {"message": "Invalid URL"}) if out.method == "POST" else None)
    async with lane_to(server, provider=Rows()) as lane:
        await look(lane, **waiters)
        await look(lane, **waiters)
    assert [[type(answer) for answer in waiter.answers] for waiter in waiters.values()] == [
        [TaskStatus, type(UNCHANGED)]
    ] * 2


@in_virtual_time
async def test_rows_that_a_plugin_made_are_parsed_each_time():
    class Made(Rows):
        def rows(self, response, refs):
            return {one: Word(row) for one, row in super().rows(response, refs).items()}

    class Word(str):
        __slots__ = ()

    maker, server, waiters = Made(), Words(a="run", b="run"), {name: Slim(5) for name in "ab"}
    async with lane_to(server, provider=maker) as lane:
        await look(lane, **waiters)
        await look(lane, **waiters)
    assert maker.parsed == ["a", "b"] * 2
    assert [waiter.known for waiter in waiters.values()] == [None, None]


@in_virtual_time
async def test_a_maker_that_reads_its_batches_or_leads_its_conversations_itself_is_read_in_full():
    class Leads(Rows):
        def flow(self, refs):
            return (yield from super().flow(refs))

    for provider in (Maker(), Leads()):
        server, waiters = Words(a="run", b="run"), {name: Slim(5) for name in "ab"}
        async with lane_to(server, provider=provider) as lane:
            await look(lane, **waiters)
            await look(lane, **waiters)
        for waiter in waiters.values():
            assert [type(answer) for answer in waiter.answers] == [TaskStatus] * 2
            assert waiter.known is None


@in_virtual_time
async def test_paths_still_become_whole_links_beside_unchanged_rows():
    class Linked(Rows):
        def _status(self, response, ref, word):
            status = super()._status(response, ref, word)
            return status.model_copy(update={"outputs": (Artifact(url=f"/files/{word}", kind="video"),)})

    server, a, b = Words(a="run", b="run"), Slim(), Slim()
    async with lane_to(server, provider=Linked()) as lane:
        await look(lane, a=a, b=b)
        server.words["b"] = "done"
        await look(lane, a=a, b=b)
    assert a.last is UNCHANGED
    assert b.last.outputs[0].url == "http://maker.test/files/done"


# --- single answers


@in_virtual_time
async def test_a_single_answer_that_is_the_same_to_the_last_byte_is_not_parsed_again():
    maker, server, a = Rows(), Words(a="run"), Slim()
    async with lane_to(server, provider=maker, batch=1) as lane:
        for word in ("run", "run", "done"):
            server.words["a"] = word
            await look(lane, a=a)
    assert [answer if answer is UNCHANGED else answer.raw_state for answer in a.answers] == ["run", UNCHANGED, "done"]
    assert maker.parsed == ["a", "a"]


@in_virtual_time
async def test_a_caller_who_awaits_an_answer_never_gets_unchanged():
    server = Words(a="run", b="run")
    async with lane_to(server, provider=Rows()) as lane:
        for _ in range(3):
            answers = await asyncio.gather(*(lane.answer(ref(name)) for name in "ab"))
            assert [type(answer) for answer in answers] == [TaskStatus] * 2


@in_virtual_time
async def test_extras_have_no_digest_and_leave_what_is_known_of_the_task():
    server, a = Words(a="run"), Slim(5)
    async with lane_to(server, provider=Rows()) as lane:
        for _ in range(2):
            lane.ask(ref("a"), a, include="seed")
            await asyncio.sleep(1.0)
    assert (a.answers, a.known) == (["run", "run"], 5)


# --- digests


@given(JSON)
def test_a_row_that_was_decoded_once_more_has_the_same_digest(row):
    body = respond(json_body=row).body
    decoded = [respond(body=body).json() for _ in range(2)]
    assert digest_of(decoded[0]) == digest_of(decoded[1]) is not None


@given(JSON, JSON)
def test_rows_that_differ_have_digests_that_differ(one, other):
    if digest_of(one) == digest_of(other):
        assert repr(one) == repr(other)


def test_a_digest_does_not_depend_on_who_else_holds_parts_of_the_row():
    word = "".join(["ru", "n"])
    held = [{"state": word, "again": word}]
    assert digest_of(held[0]) == digest_of({"state": "run", "again": "".join(["r", "un"])})


def test_what_says_nothing_of_its_content_has_no_digest():
    endless = []
    endless.append(endless)
    assert digest_of({"row": Request("GET", "/")}) is None
    assert digest_of(endless) is None


def test_unchanged_is_shown_by_its_name():
    assert repr(UNCHANGED) == "UNCHANGED"
