"""Standard tests of the maker's words: each is understood, ends a wait or does not; an unknown one is not guessed."""

from __future__ import annotations

from dataclasses import replace

from tidings.model import TaskState
from tidings.testing.conformance.kit import Kit
from tidings.testing.conformance.waiting import how_a_wait_ends
from tidings.testing.conformance.wording import Said, made, saying, spoken_of
from tidings.testing.samples import Sample

_NEVER_SEEN = "a_word_never_seen_before"


class StatesConformance(Kit):
    """Every documented word is understood, and no other."""

    def test_a_documented_word_is_understood(self, word: str) -> None:
        """Wherever the maker says this word, the status has the state that the table gives it."""
        meaning = self.provider.states[word]
        misread = [said for said in self._saying(word) if not said.means(meaning)]
        assert not misread, f"{word!r} means {meaning}, but {misread[0].sample} was read as {misread[0].status.state}"

    def test_a_documented_word_can_be_reached(self, word: str) -> None:
        """Some answer that says this word is read as exactly its state: the table has no dead row."""
        meaning = self.provider.states[word]
        assert any(said.status.state is meaning for said in self._saying(word)), f"no answer with {word!r} is {meaning}"

    def test_final_words_end_a_wait_and_no_others_do(self, word: str) -> None:
        """A wait on a task about which the maker says only this ends if it is final, and goes on if it is not."""
        meaning = self.provider.states[word]
        said = next(said for said in self._saying(word) if said.status.state is meaning)
        ending = how_a_wait_ends(self.provider, said.sample, said.ref, key=self.key)
        if meaning.is_final or meaning is TaskState.input_required:
            assert ending == meaning, f"{word!r} is {meaning}, but a wait on it ended with {ending}"
        else:
            expected = "UnknownState" if meaning is TaskState.unknown else "WaitTimeout"
            assert ending == expected, f"{word!r} is {meaning} and ends nothing, but a wait on it ended with {ending}"

    def test_an_unknown_word_is_not_guessed(self, answered: Sample) -> None:
        """A word that is not in the table is `unknown` with the word itself in `raw_state`, never `running`."""
        for ref in spoken_of(self.provider, answered):
            heard = [said for said in made(self.provider, answered, _NEVER_SEEN) if said.ref == ref]
            assert heard, f"{answered}, {ref}: a word never seen before does not come up in raw_state"
            guessed = [said.status.state for said in heard if said.status.state is not TaskState.unknown]
            assert not guessed, f"{answered}, {ref}: a word never seen before was read as {guessed[0]}"
            assert heard[0].status.raw_state == _NEVER_SEEN, "raw_state is the maker's word as it was written"

    def _saying(self, word: str) -> list[Said]:
        """Every answer that says `word`; fails when there is none."""
        samples = list(self.samples)
        payload = self.status_payload(word)
        if payload is not None:
            samples = [replace(samples[0], exchanges=(samples[0].exchanges[0].answering(payload),))]
        heard = saying(self.provider, samples, word)
        assert heard, (
            f"no sample says {word!r}, and putting it where a sample's own word stands was not seen in raw_state. "
            "Add a sample, or override status_payload"
        )
        return heard
