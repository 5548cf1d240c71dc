"""Replicate's own client library takes the simulator for Replicate, and reads what Tidings reads there."""

from __future__ import annotations

import httpx
import pytest
from makers_library import library, time_of

replicate = library("replicate")

pytestmark = pytest.mark.tidings_simulator(providers=["replicate"])
FINAL = ["succeeded", "failed", "canceled"]
AFTER_AN_HOUR = 3700


@pytest.fixture
def client(tidings_simulator):
    yield from client_with(tidings_simulator, tidings_simulator.key)


@pytest.fixture
def client_with_a_wrong_key(tidings_simulator):
    yield from client_with(tidings_simulator, "r8_wrong")


def client_with(simulator, key: str):
    with httpx.HTTPTransport() as transport:  # the library closes none of its own
        yield replicate.Client(key, base_url=simulator.url_for("replicate"), transport=transport)


class TestPrediction:
    def test_it_lives_through_its_states(self, client, tidings_simulator):
        prediction = client.predictions.get(tidings_simulator.add("replicate").id)
        said = [prediction.status]
        for seconds in (4, 30):
            tidings_simulator.advance(seconds)
            prediction.reload()
            said.append(prediction.status)

        assert said == ["starting", "processing", "succeeded"]

    @pytest.mark.parametrize("outcome", FINAL)
    def test_both_read_the_same_end(self, client, tidings_simulator, tidings_reads, outcome):
        task = tidings_simulator.add("replicate", outcome=outcome, age=60)
        prediction, status = client.predictions.get(task.id), tidings_reads(task.ref)

        assert prediction.status == status.raw_state == status.state == outcome
        assert (prediction.output or []) == [output.url for output in status.outputs]
        assert bool(prediction.output) is (outcome == "succeeded")

    def test_it_says_why_it_failed(self, client, tidings_simulator):
        task = tidings_simulator.add("replicate", outcome="failed", failure="CUDA out of memory", age=60)

        assert client.predictions.get(task.id).error == "CUDA out of memory"

    def test_both_read_its_progress_from_its_logs(self, client, tidings_simulator, tidings_reads):
        task = tidings_simulator.add("replicate", durations={"starting": 10, "processing": 90}, age=50)
        progress = client.predictions.get(task.id).progress

        assert (progress.percentage, progress.current, progress.total) == (0.5, 25, 50)
        assert tidings_reads(task.ref).progress == 0.5

    def test_waiting_for_it_ends_when_it_does(self, client, tidings_simulator, monkeypatch):
        monkeypatch.setattr("replicate.prediction.time", time_of(tidings_simulator))
        prediction = client.predictions.get(tidings_simulator.add("replicate").id)
        prediction.wait()

        assert prediction.status == "succeeded"
        assert tidings_simulator.requests.count(route="task") > 2

    def test_a_list_comes_bit_by_bit(self, client, tidings_simulator, monkeypatch):
        monkeypatch.setattr("replicate.prediction.time", time_of(tidings_simulator))
        words = ["Once", " upon", " a", " time"]
        prediction = client.predictions.get(tidings_simulator.add("replicate", facts={"output": words}).id)

        assert list(prediction.output_iterator()) == words

    def test_its_file_can_be_read(self, client, tidings_simulator):
        (url,) = client.predictions.get(tidings_simulator.add("replicate", age=60).id).output

        assert replicate.helpers.FileOutput(url, client).read().startswith(b"\x89PNG")

    def test_its_data_is_gone_after_an_hour(self, client, tidings_simulator):
        prediction = client.predictions.get(tidings_simulator.add("replicate", age=AFTER_AN_HOUR).id)

        assert (prediction.status, prediction.output, prediction.logs) == ("succeeded", None, None)

    async def test_the_asynchronous_client_reads_it(self, tidings_simulator):
        task = tidings_simulator.add("replicate", age=60)
        address = tidings_simulator.url_for("replicate")
        async with httpx.AsyncHTTPTransport() as transport:
            client = replicate.Client(tidings_simulator.key, base_url=address, transport=transport)
            prediction = await client.predictions.async_get(task.id)

        assert (prediction.id, prediction.status) == (task.id, "succeeded")


class TestTraining:
    @pytest.mark.parametrize("outcome", FINAL)
    def test_both_read_the_same_end(self, client, tidings_simulator, tidings_reads, outcome):
        task = tidings_simulator.add("replicate", route="trainings", outcome=outcome, age=60)
        training, status = client.trainings.get(task.id), tidings_reads(task.ref)

        assert training.status == status.raw_state == status.state == outcome
        files = [output.url for output in status.outputs if output.url]  # beside the name of the new version
        assert files == ([training.output["weights"]] if training.output else [])
        assert bool(training.output) is (outcome == "succeeded")

    def test_it_is_reloaded_as_it_goes_on(self, client, tidings_simulator):
        training = client.trainings.get(tidings_simulator.add("replicate", route="trainings").id)
        before = training.status
        tidings_simulator.advance(10)
        training.reload()

        assert (before, training.status) == ("starting", "processing")
        assert training.completed_at is None


@pytest.mark.parametrize("kind", ["predictions", "trainings"])
class TestRefusal:
    def test_an_unknown_id_is_not_found(self, client, kind):
        with pytest.raises(replicate.exceptions.ReplicateError) as refused:
            getattr(client, kind).get("nosuchid")

        assert (refused.value.status, refused.value.title) == (404, "Not found")
        assert refused.value.detail == "The requested resource could not be found."

    def test_a_wrong_key_is_not_authenticated(self, client_with_a_wrong_key, tidings_simulator, kind):
        task = tidings_simulator.add("replicate", route=None if kind == "predictions" else kind)
        with pytest.raises(replicate.exceptions.ReplicateError) as refused:
            getattr(client_with_a_wrong_key, kind).get(task.id)

        assert (refused.value.status, refused.value.title) == (401, "Unauthenticated")
