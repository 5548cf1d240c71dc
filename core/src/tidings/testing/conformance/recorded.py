"""Standard tests of each sample: the provider asks what was recorded and reads what is expected."""

from __future__ import annotations

from dataclasses import replace

from tidings.testing.conformance.asking import ask
from tidings.testing.conformance.bodies import places
from tidings.testing.conformance.kit import Kit
from tidings.testing.conformance.soundness import flaws
from tidings.testing.expect import described, differences
from tidings.testing.samples import Sample


class RecordedConformance(Kit):
    """What was recorded is asked and read."""

    def test_a_sample_is_asked_for_as_recorded(self, sample: Sample) -> None:
        """Method, path, query and body of every request are those of the sample."""
        asked = ask(self.provider, sample)
        prefix = self.provider.gateway_path or ""
        for exchange, request in zip(sample.exchanges, asked.requests, strict=False):
            lines = exchange.differences(request, prefix=prefix)
            assert not lines, f"{sample}: " + "; ".join(lines)
        assert len(asked.requests) == len(sample.exchanges), (
            f"{sample}: {len(sample.exchanges)} requests are recorded, the provider makes {len(asked.requests)}"
        )

    def test_a_sample_is_read_as_expected(self, sample: Sample) -> None:
        """Every task of the sample gets the status, the error or the extra that is expected of it."""
        answers = ask(self.provider, sample).answers
        lines = [
            f"{ref}: {line}"
            for ref, expected in sample.expect.items()
            for line in differences(expected, described(answers[ref]))
        ]
        assert not lines, f"{sample}:\n" + "\n".join(lines)

    def test_a_sample_makes_a_sound_status(self, sample: Sample) -> None:
        """A failure comes with its cause, a preview is never primary, a status survives JSON, and so on."""
        if sample.include is None:
            lines = [line for ref, answer in ask(self.provider, sample).answers.items() for line in flaws(answer, ref)]
            assert not lines, f"{sample}:\n" + "\n".join(lines)

    def test_an_answer_about_another_task_is_refused(self, look: Sample) -> None:
        """An answer that names one task is never taken for another's, should a server or a proxy mix them up."""
        ref = look.refs[0]
        if self.kind_of(look) == "single" and not ref.is_url and _is_named(ref.id, look):
            other = replace(ref, id="another0id")
            taken = ask(self.provider, look, refs=[other]).statuses
            assert not taken, f"{look}: the answer is about {ref.id}, but was taken for another task's: see check_about"


def _is_named(task_id: str, sample: Sample) -> bool:
    """Whether the id is a value in every answer."""
    return all(
        any(str(value) == task_id for _, value in places(exchange.payload) if isinstance(value, str | int))
        for exchange in sample.exchanges
    )
