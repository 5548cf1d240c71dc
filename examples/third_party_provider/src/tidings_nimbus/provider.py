"""Nimbus: `GET /v1/jobs/{id}` with `Authorization: Bearer KEY` answers with one job."""

from tidings.errors import UnexpectedResponse
from tidings.model import Artifact, Failure, TaskRef, TaskState, TaskStatus
from tidings.provider import Limits, Provider
from tidings.reading import check_about
from tidings.wire import Request, Response, as_progress, as_text, as_url, dig, segment


class Nimbus(Provider):
    name = "nimbus"
    title = "Nimbus cloud paintings"
    docs_url = "https://docs.nimbus.example/jobs"
    official_url = "https://api.nimbus.example"
    limits = Limits(interval=2.0)
    states = {"drifting": TaskState.running, "rained": TaskState.succeeded, "evaporated": TaskState.failed}

    def request(self, ref: TaskRef) -> Request:
        return Request("GET", f"/v1/jobs/{segment(ref.id)}")

    def parse(self, response: Response, ref: TaskRef) -> TaskStatus:
        job = response.json()
        if not as_text(dig(job, "state")):
            raise UnexpectedResponse("the job has no state", ref=ref)
        check_about(ref, dig(job, "id"))
        state, raw_state = self.read_state(job["state"])
        url = as_url(dig(job, "painting")) if state is TaskState.succeeded else None
        return TaskStatus(
            ref=ref,
            state=state,
            raw_state=raw_state,
            progress=as_progress(dig(job, "percent")),
            outputs=(Artifact(kind="image", url=url),) if url else (),
            missing_outputs="expired" if state is TaskState.succeeded and not url else None,
            failure=Failure(message=as_text(dig(job, "reason")) or "") if state is TaskState.failed else None,
            observed_at=response.received_at,
            raw=job,
        )
