"""Acme, a maker that keeps every rule, and one subclass for every way to break a rule. Run by test_conformance.py.

Each `Test…` class is held to the kit in a pytest of its own; the table in test_conformance.py says which test fails.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import ClassVar

import pytest

from tidings.errors import InvalidRef, RateLimited, TaskNotFound, UnexpectedResponse
from tidings.model import Artifact, Failure, TaskRef, TaskState, TaskStatus
from tidings.provider import Include, Limits, Provider
from tidings.reading import check_about
from tidings.testing import ProviderConformance, RecordedExchange, Sample, deviation
from tidings.testing.simulation import Route, Simulation, in_body
from tidings.wire import Request, Response, as_progress, as_text, as_url, dig, segment


def _prompt(response: Response, ref: TaskRef) -> str:
    text = as_text(dig(response.json(), "prompt"))
    if text is None:
        raise UnexpectedResponse("there is no prompt", ref=ref)
    return text


class Acme(Provider):
    name = "acme"
    title = "Acme"
    docs_url = "https://docs.acme.example"
    official_url = "https://api.acme.example"
    limits = Limits(batch=20)
    states = {
        "waiting": TaskState.queued,
        "working": TaskState.running,
        "held": TaskState.input_required,
        "done": TaskState.succeeded,
        "broken": TaskState.failed,
    }
    includes = {"prompt": Include(lambda ref: Request("GET", f"/jobs/{segment(ref.id)}/prompt"), _prompt)}

    def request(self, ref):
        return Request("GET", f"/jobs/{segment(ref.id)}")

    def parse(self, response, ref):
        check_about(ref, dig(response.json(), "id"))
        return self.status(response.json(), ref, response)

    def batch_request(self, refs):
        return Request("POST", "/jobs/query", json={"ids": [ref.id for ref in refs]})

    def parse_batch(self, response, refs):
        jobs = dig(response.json(), "jobs")
        if not isinstance(jobs, list):
            raise UnexpectedResponse("there is no list of jobs")
        by_id = {ref.id: ref for ref in refs}
        found = [(by_id[task_id], job) for job in jobs if (task_id := as_text(dig(job, "id"))) in by_id]
        return {ref: self.answer(job, ref, response) for ref, job in found}

    def answer(self, job, ref, response):
        try:
            return self.status(job, ref, response)
        except UnexpectedResponse as error:
            return error

    def status(self, job, ref, response):
        if as_text(dig(job, "status")) is None:
            raise UnexpectedResponse("the job has no status", ref=ref)
        state, raw_state = self.read_state(dig(job, "status"))
        url = as_url(dig(job, "url"))
        return TaskStatus(
            ref=ref,
            state=state,
            raw_state=raw_state,
            progress=as_progress(dig(job, "progress")),
            outputs=(Artifact(kind="image", url=url),) if url and state.is_final else (),
            missing_outputs="none" if state is TaskState.succeeded and not url else None,
            failure=Failure(message=as_text(dig(job, "why")) or "") if state is TaskState.failed else None,
            observed_at=response.received_at,
            raw=job,
        )


def job(task_id, status, **more):
    return {"id": task_id, "status": status, "progress": None, "url": None, "why": None, **more}


WORKING = job("j1", "working", progress="30%")
DONE = job("j2", "done", progress="100%", url="https://cdn.acme.example/j2.png")
BROKEN = job("j3", "broken", why="too dark")


def recorded(method, path, answer, *, body=None, status=200):
    headers = {"content-type": "application/json"}
    return RecordedExchange(method, path, {}, body, status, headers, json.dumps(answer).encode())


def sample(name, exchange, expect, **more):
    by_ref = {TaskRef.parse(ref): expected for ref, expected in expect.items()}
    return Sample(name=name, source="made up", exchanges=(exchange,), expect=by_ref, **more)


SAMPLES = (
    sample("working", recorded("GET", "/jobs/j1", WORKING), {"acme:j1": {"state": "running", "progress": 0.3}}),
    sample("done", recorded("GET", "/jobs/j2", DONE), {"acme:j2": {"state": "succeeded", "outputs": [{}]}}),
    sample("broken", recorded("GET", "/jobs/j3", BROKEN), {"acme:j3": {"state": "failed"}}),
    sample(
        "batch",
        recorded("POST", "/jobs/query", {"jobs": [BROKEN, WORKING]}, body={"ids": ["j1", "j3", "j9"]}),
        {"acme:j1": {"state": "running"}, "acme:j3": {"state": "failed"}, "acme:j9": {"error": "TaskNotFound"}},
    ),
    sample(
        "prompt",
        recorded("GET", "/jobs/j2/prompt", {"prompt": "a cat"}),
        {"acme:j2": {"extra": "a cat"}},
        include="prompt",
    ),
    sample("refused", recorded("GET", "/jobs/j1", {}, status=401), {"acme:j1": {"error": "Unauthorized"}}),
)


class AcmeSimulation(Simulation):
    routes = (Route("GET", "/jobs/{id}"), Route("POST", "/jobs/query", ids=in_body("ids"), many=True))
    words = {"pending": "waiting", "running": "working", "succeeded": "done", "failed": "broken"}
    outcomes = ("succeeded", "failed")

    def render(self, task):
        return job(task.id, task.word, url=task.link("a.png") if task.has_succeeded else None, why=task.failure)

    def render_batch(self, tasks, dialect):
        return {"jobs": [self.render(task) for task in tasks]}


class TestAcme(ProviderConformance):
    plugin = Acme
    samples = SAMPLES
    simulation = AcmeSimulation


# What a provider may say wrongly about itself.


class Nameless(Acme):
    title = ""


class Undocumented(Acme):
    docs_url = ""


class Unreachable(Acme):
    official_url = None


class TornByCase(Acme):
    states = {**Acme.states, "DONE": TaskState.failed}


class NeverFailing(Acme):
    states = {word: state for word, state in Acme.states.items() if state is not TaskState.failed}


class DeadRow(Acme):
    """A success always has a link here, so a word that means another kind of success is never read so."""

    states = {**Acme.states, "finished": TaskState.succeeded}

    def status(self, job, ref, response):
        status = super().status(job, ref, response)
        if status.raw_state != "finished":
            return status
        return status.model_copy(update={"state": TaskState.running, "missing_outputs": None, "outputs": ()})


# What it may ask wrongly.


class UnquotedId(Acme):
    def request(self, ref):
        return Request("GET", f"/jobs/{ref.id}")


class UnquotedInclude(Acme):
    includes = {"prompt": Include(lambda ref: Request("GET", f"/jobs/{ref.id}/prompt"), _prompt)}


class SplittingBatch(Acme):
    def batch_request(self, refs):
        return Request("POST", "/jobs/query", json={"ids": [part for ref in refs for part in ref.id.split("/")]})


class LosesUnicode(Acme):
    def request(self, ref):
        return Request("GET", f"/jobs/{segment(ref.id.encode('ascii', 'ignore').decode())}")


class AsksForAll(Acme):
    def request(self, ref):
        return Request("GET", "/jobs")


class OtherPath(Acme):
    def request(self, ref):
        return Request("GET", f"/v2/jobs/{segment(ref.id)}")


class ForgetsTheRest(Acme):
    def batch_request(self, refs):
        return super().batch_request(refs[:3])


# What it may read wrongly.


class IgnoresProgress(Acme):
    def status(self, job, ref, response):
        return super().status(job, ref, response).model_copy(update={"progress": None})


class FailsWithoutCause(Acme):
    def status(self, job, ref, response):
        return super().status(job, ref, response).model_copy(update={"failure": None})


class KeyErrorOnMissing(Acme):
    def status(self, job, ref, response):
        job["progress"]
        return super().status(job, ref, response)


class TypeErrorOnNull(Acme):
    def status(self, job, ref, response):
        if "id" in job:
            job["id"] + ""
        return super().status(job, ref, response)


class TrustsTypes(Acme):
    def status(self, job, ref, response):
        status = super().status(job, ref, response)
        return TaskStatus(**{**dict(status), "progress": job["progress"] if job.get("progress") == 1e300 else None})


class ChokesOnDepth(Acme):
    def status(self, job, ref, response):
        hash(tuple(job) if not isinstance(job.get("why"), list) else job["why"][0:1] and tuple(job["why"][0] or {}))
        return super().status(job, ref, response)


class SwallowsUnknownWords(Acme):
    def read_state(self, word):
        state, raw_state = super().read_state(word)
        return (TaskState.running if state is TaskState.unknown else state), raw_state


class HidesUnknownWords(Acme):
    def read_state(self, word):
        state, raw_state = super().read_state(word)
        return (state, raw_state) if state is not TaskState.unknown else (TaskState.running, "working")


class TakesAnothersAnswer(Acme):
    def parse(self, response, ref):
        return self.status(response.json(), ref, response)


class TestTakesAnothersAnswer(TestAcme):
    plugin = TakesAnothersAnswer


class MisreadsAWord(Acme):
    def read_state(self, word):
        return (TaskState.failed, word) if word == "waiting" else super().read_state(word)


class ChangesItsMind(Acme):
    """The first look is read well, every later one as still running."""

    looks: ClassVar[int] = 0

    def status(self, job, ref, response):
        status = super().status(job, ref, response)
        if asyncio._get_running_loop() is None:
            return status
        return status.model_copy(update={"state": TaskState.running, "failure": None, "outputs": ()})


class TakesHalfABody(Acme):
    def parse(self, response, ref):
        try:
            return super().parse(response, ref)
        except UnexpectedResponse:
            return self.status({"status": "working"}, ref, response)


class WaitsThrough429(Acme):
    def error(self, response):
        error = super().error(response)
        return None if isinstance(error, RateLimited) else error

    def parse(self, response, ref):
        return self.status({"status": "waiting"} if response.status == 429 else response.json(), ref, response)


class ReadsBodiesFirst(Acme):
    def error(self, response):
        return None if "status" in (response._payload_or_none or {}) else super().error(response)


class ForgetsRetryAfter(Acme):
    def error(self, response):
        error = super().error(response)
        if error is not None:
            error.retry_after = None
        return error


class BelievesNothing(Acme):
    """Reads an object that says nothing as a task that waits."""

    def status(self, job, ref, response):
        return super().status({**job, "status": job.get("status", "waiting")} if job == {} else job, ref, response)


# What it may do wrongly with a batch.


class MatchesByPosition(Acme):
    def parse_batch(self, response, refs):
        jobs = super().parse_batch(response, refs)
        return dict(zip((ref for ref in refs if ref in jobs), jobs.values(), strict=True))


class MatchesTheOnlyOneByPosition(Acme):
    def parse_batch(self, response, refs):
        listed = [job for job in response.json()["jobs"] if isinstance(job, dict)]
        return {ref: self.answer(job, ref, response) for ref, job in zip(refs, listed, strict=False)}


class GuessesTheAbsent(Acme):
    def parse_batch(self, response, refs):
        waiting = {ref: self.status({"status": "waiting"}, ref, response) for ref in refs}
        return {**waiting, **super().parse_batch(response, refs)}


class TellsOfStrangers(Acme):
    def parse_batch(self, response, refs):
        jobs = response.json()["jobs"]
        return {ref: self.answer(job, ref, response) for job in jobs for ref in [TaskRef("acme", job["id"])]}


class FailsTogether(Acme):
    def answer(self, job, ref, response):
        return self.status(job, ref, response)

    def parse_batch(self, response, refs):
        if not all(isinstance(job, dict) and "status" in job for job in response.json()["jobs"]):
            raise UnexpectedResponse("a job makes no sense")
        return super().parse_batch(response, refs)


class DependsOnTheFirst(Acme):
    def parse_batch(self, response, refs):
        answers = super().parse_batch(response, refs)
        return answers if refs[0].id == "j1" else {ref: TaskNotFound(ref=ref) for ref in answers}


# What it may do that is not its business.


class Remembers(Acme):
    def __init__(self):
        self.seen = []

    def status(self, job, ref, response):
        self.seen.append(ref)
        return super().status(job, ref, response)


class Counts(Acme):
    asked = 0

    def request(self, ref):
        Counts.asked += 1
        return Request("GET", f"/jobs/{segment(ref.id)}", query={"nonce": str(Counts.asked)})


class Impure(Acme):
    """This very file imports asyncio."""


class LeaksItsKey(Acme):
    """Remembers the key it was lent, and shows it."""

    lent: ClassVar[list[str]] = []

    @staticmethod
    def auth(key, now):
        LeaksItsKey.lent[:] = [key]
        return {"Authorization": f"Bearer {key}"}

    def error(self, response):
        error = super().error(response)
        if error is not None:
            error.add_note(f"asked with {self.lent}")
        return error


class Keyless(Acme):
    @staticmethod
    def auth(key, now):
        return {}


class Coded(Acme):
    """Says its states as codes, and spells them out in `raw_state`."""

    codes: ClassVar = {"A1": "waiting", "A2": "working", "B1": "held", "C1": "done", "C2": "broken"}

    def read_state(self, word):
        return super().read_state(self.codes.get(word, word))


CODED_SAMPLES = tuple(
    one
    if one.include or not one.is_answered or one.name == "batch"
    else one.with_exchange(
        0,
        one.exchanges[0].answering(
            {**one.exchanges[0].payload, "status": {"working": "A2", "done": "C1", "broken": "C2"}[one.name]}
        ),
    )
    for one in SAMPLES
    if one.name != "batch"
)

SUBJECTS = [kind for kind in list(globals().values()) if isinstance(kind, type) and Acme in kind.__mro__[1:]]
for kind in SUBJECTS:
    globals()[f"Test{kind.__name__}"] = type(
        f"Test{kind.__name__}", (ProviderConformance,), {"plugin": kind, "samples": SAMPLES, "__module__": __name__}
    )


class TestCodedWithoutHelp(ProviderConformance):
    """Its words do not stand in its bodies: the kit cannot find out how one is said."""

    plugin = Coded
    samples = CODED_SAMPLES


class TestCodedWithHelp(TestCodedWithoutHelp):
    def status_payload(self, word):
        codes = {name: code for code, name in Coded.codes.items()}
        return job("j1", codes[word]) if word in codes else None


class NeverFailingSimulation(AcmeSimulation):
    words = {**AcmeSimulation.words, "failed": "done"}


class HastySimulation(AcmeSimulation):
    words = {**AcmeSimulation.words, "running": "broken"}


class TestSimulatedWithoutFailures(TestAcme):
    simulation = NeverFailingSimulation


class TestSimulatedHastily(TestAcme):
    simulation = HastySimulation


class TestSimulatedElsewhere(TestAcme):
    plugin = OtherPath


class EndlessFlow(Acme):
    def flow(self, refs):
        while True:
            yield self.request(refs[0])


class TestEndlessFlow(TestAcme):
    plugin = EndlessFlow


class OneByOne(Acme):
    """Without a batch call, and its ids travel in the query."""

    limits = Limits()

    def request(self, ref):
        return Request("GET", "/jobs", query={"id": ref.id})


class TestOneByOne(TestAcme):
    plugin = OneByOne
    samples = tuple(one for one in SAMPLES if one.name != "batch")


class OneRouteInBatches(Acme):
    """Only the tasks of one route are asked for together."""

    limits = Limits()
    routes = ("many",)
    route_limits = {"many": Limits(batch=2)}


class TestOneRouteInBatches(TestAcme):
    plugin = OneRouteInBatches
    samples = tuple(
        replace(one, expect={replace(ref, route="many"): said for ref, said in one.expect.items()})
        if one.name == "batch"
        else one
        for one in SAMPLES
    )


class OneRouteByPosition(OneRouteInBatches, MatchesByPosition):
    pass


class TestOneRouteByPosition(TestOneRouteInBatches):
    plugin = OneRouteByPosition


class PickyIds(Acme):
    """Its ids are letters and digits; others are refused before they are asked for."""

    def validate_ref(self, ref):
        if not ref.id.isalnum():
            raise InvalidRef("Acme's ids are letters and digits", ref=ref)

    def request(self, ref):
        return Request("GET", f"/jobs/{ref.id}" if ref.id.isascii() else f"/jobs/{segment(ref.id)}")


class TestPickyIds(TestAcme):
    plugin = PickyIds


class BegunByProgress(Acme):
    """Says "accepted" until it is done: only the progress beside it tells whether it has begun."""

    states: ClassVar = {**Acme.states, "accepted": TaskState.pending}

    def status(self, job, ref, response):
        status = super().status(job, ref, response)
        has_begun = status.state is TaskState.pending and status.progress
        return status.model_copy(update={"state": TaskState.running}) if has_begun else status


class TestBegunByProgress(TestAcme):
    plugin = BegunByProgress


class AtItsOwnUrls(Acme):
    """Its tasks may be named by their polling URLs, which take no key but one for its own address."""

    hosts = ("acme.example",)

    def request(self, ref):
        return Request("GET", ref.id) if ref.is_url else super().request(ref)


class TestAtItsOwnUrls(TestAcme):
    plugin = AtItsOwnUrls
    samples = (
        *SAMPLES,
        sample(
            "polling_url",
            recorded("GET", "https://eu.acme.example/jobs/j1", WORKING),
            {"acme:https%3A%2F%2Feu.acme.example%2Fjobs%2Fj1": {"state": "running"}},
        ),
    )


class FilesBehindTheKey(Acme):
    """Gives its videos by their paths at the account's address, which the client makes whole."""

    def status(self, job, ref, response):
        status = super().status(job, ref, response)
        outputs = [file.model_copy(update={"url": "/files/v.mp4", "needs_key": True}) for file in status.outputs]
        return status.model_copy(update={"outputs": tuple(outputs)})


class TestFilesBehindTheKey(TestAcme):
    plugin = FilesBehindTheKey
    samples = (sample("done", recorded("GET", "/jobs/j2", DONE), {"acme:j2": {"outputs": [{"url": "/files/v.mp4"}]}}),)


# What a test class may do wrongly.


class TestNoSamples(ProviderConformance):
    plugin = Acme


class TestStrangersSamples(ProviderConformance):
    plugin = Acme
    samples = (*SAMPLES, sample("stranger", recorded("GET", "/jobs/j1", WORKING), {"other:j1": {}}))


class TestNoFailedSample(ProviderConformance):
    plugin = Acme
    samples = tuple(one for one in SAMPLES if one.name not in {"broken", "batch"})


class TestNoIncludeSample(ProviderConformance):
    plugin = Acme
    samples = tuple(one for one in SAMPLES if one.name != "prompt")


class TestThinBatchSample(ProviderConformance):
    plugin = Acme
    samples = (
        *(one for one in SAMPLES if one.name != "batch"),
        sample("thin", recorded("POST", "/jobs/query", {"jobs": [WORKING]}, body={"ids": ["j1"]}), {"acme:j1": {}}),
    )


class TestSilentOverride(ProviderConformance):
    plugin = Acme
    samples = SAMPLES

    def test_there_is_an_address(self):
        pass


class TestMixedIn:
    def test_there_is_an_address(self):
        pass


class TestSilentMixin(TestMixedIn, ProviderConformance):
    plugin = Acme
    samples = SAMPLES


class TestReasonedOverride(ProviderConformance):
    plugin = Acme
    samples = SAMPLES

    @deviation("Acme has no address of its own yet")
    def test_there_is_an_address(self):
        pass

    @pytest.mark.xfail(reason="the documentation is being written")
    def test_the_documentation_is_named(self):
        raise AssertionError("not yet")
