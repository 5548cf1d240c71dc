"""How the simulator plays Nimbus."""

from tidings.testing.simulation import Route, SimulatedTask, Simulation


class NimbusSimulation(Simulation):
    routes = (Route("GET", "/v1/jobs/{id}"),)
    words = {"pending": "drifting", "running": "drifting", "succeeded": "rained", "failed": "evaporated"}
    outcomes = ("succeeded", "failed")

    def render(self, task: SimulatedTask) -> dict[str, object]:
        painting = task.link("cloud.png") if task.has_succeeded else None
        reason = task.failure if task.has_failed else None
        percent = round(task.progress * 100)
        return {"id": task.id, "state": task.word, "percent": percent, "painting": painting, "reason": reason}
