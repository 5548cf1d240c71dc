"""All requests for one provider with one account: one task asked twice is one question, many tasks are one batch."""

from __future__ import annotations

import asyncio
import logging
import math
import random
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from tidings.clock import Clock
from tidings.errors import FetchError, TidingsError
from tidings.flow import Retry, about
from tidings.lanes.governor import Governor
from tidings.lanes.inquiry import Inquiry
from tidings.lanes.queue import Ask, Flight, Queue
from tidings.model import TaskRef, TaskState, TaskStatus

GROUP_WAIT = 0.05
"""Most seconds a partial batch waits behind a request in flight."""

_RETRY = Retry()
_ALONE = object()  # stands for a missing answer: the question is to be asked by itself
_WORDS = 50  # unknown words that are warned of
_log = logging.getLogger("tidings.lanes")

Group = tuple[str | None, str | None]
"""What must be the same for asks to travel together: the batch's route and the extra."""


class Lane:
    """Belongs to the event loop it is used on.

    Args:
        inquiry: asks the provider.
        governor: admits requests.
        retry: which failed requests are tried again.
        spread: a number from 0.0 to 1.0 at random.
    """

    def __init__(
        self,
        inquiry: Inquiry,
        governor: Governor,
        clock: Clock,
        *,
        retry: Retry = _RETRY,
        spread: Callable[[], float] = random.random,
    ) -> None:
        self._inquiry = inquiry
        self._governor = governor
        self._clock = clock
        self._retry = retry
        self._spread = spread
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._asks: defaultdict[str | None, dict[TaskRef, Ask]] = defaultdict(dict)  # by the extra's name
        self._queues: OrderedDict[Group, Queue] = OrderedDict()
        self._flights: set[Flight] = set()
        self._is_pumping = False
        self._timer: asyncio.TimerHandle | None = None
        self._words: set[str] = set()

    async def answer(self, ref: TaskRef, *, include: str | None = None, due: float | None = None) -> Any:
        """The answer: a `TaskStatus` or an extra, or the `TidingsError` that says why there is none, as a value.

        A caller that is cancelled leaves the question to the others who wait for it. When the last one leaves, it is
        dropped, and a request that serves nobody else is cancelled.

        Args:
            due: when to ask, monotonic seconds; now when None. A shared request may bring the answer earlier.
        """
        ask = self._ask(ref, include, due)
        waiter = self._loop.create_future()
        ask.waiters[waiter] = None
        try:
            return await waiter
        except asyncio.CancelledError:
            self._leave(ask, waiter)
            raise

    def trouble(self, ref: TaskRef, *, include: str | None = None) -> FetchError | None:
        """Why the last try at a question that is still open failed; None when none did."""
        ask = self._asks[include].get(ref)
        return ask.last_error if ask is not None else None

    async def aclose(self) -> None:
        """Stop. Whoever still waits gets a `TidingsError`."""
        if self._timer is not None:
            self._timer.cancel()
        asks = [ask for asks in self._asks.values() for ask in asks.values()]
        self._asks.clear()
        self._queues.clear()
        for ask in asks:
            _answer(ask, TidingsError("the client was closed before the answer came", ref=ask.ref))
        tasks = [flight.task for flight in self._flights if flight.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ask(self, ref: TaskRef, include: str | None, due: float | None) -> Ask:
        """The question about `ref`: one that is asked already, moved up if need be, or a new one."""
        now = self._clock.monotonic()
        when = now if due is None else due
        asks = self._asks[include]
        ask = asks.get(ref)
        if ask is None:
            ask = asks[ref] = Ask(ref, include, when)
        elif ask.flight is not None or ask.attempt or when >= ask.due:  # a retry keeps its distance
            return ask
        ask.due = when
        self._queue(ask).add(ask, now)
        self._pump_soon()
        return ask

    def _queue(self, ask: Ask) -> Queue:
        group = (self._inquiry.batch_route(ask.ref), ask.include)
        if group not in self._queues:
            self._queues[group] = Queue()
        return self._queues[group]

    def _leave(self, ask: Ask, waiter: asyncio.Future[Any]) -> None:
        """A caller was cancelled; the last one drops the question."""
        if waiter not in ask.waiters:
            return
        del ask.waiters[waiter]
        if ask.waiters:
            return
        self._forget(ask)
        if ask.flight is None:
            self._queue(ask).drop(ask)
        else:
            ask.flight.leave()

    def _forget(self, ask: Ask) -> None:
        self._asks[ask.include].pop(ask.ref, None)

    def _pump_soon(self) -> None:
        """Look at the queues once, after everything that is asked in this turn of the loop."""
        if not self._is_pumping and not self._loop.is_closed():
            self._is_pumping = True
            self._loop.call_soon(self._pump)

    def _wake(self) -> None:
        """The governor's call, perhaps from another loop's thread."""
        if threading.get_ident() == self._thread:
            self._pump_soon()
        else:
            with suppress(RuntimeError):  # the loop was closed: there is nobody to wake
                self._loop.call_soon_threadsafe(self._pump_soon)

    def _pump(self) -> None:
        """Send what is due, as far as the governor admits it, and set the timer for the rest."""
        self._is_pumping = False
        now = self._clock.monotonic()
        self._refuse_long_pause(now)
        delay = math.inf
        for group, queue in tuple(self._queues.items()):
            while (hold := self._hold(group, queue, now)) <= 0.0:
                if refused := self._governor.enter(now, self._wake):
                    self._set_timer(refused)
                    return  # it would refuse every other group as well
                self._queues.move_to_end(group)  # the next group goes first next time
                self._launch(queue.take(self._capacity(group), now, along=self._inquiry.along(group[0])))
            if not queue:
                del self._queues[group]
            delay = min(delay, hold)
        self._governor.withdraw(self._wake)
        self._set_timer(delay)

    def _capacity(self, group: Group) -> int:
        return self._inquiry.batch(group[0]) if group[1] is None else 1

    def _hold(self, group: Group, queue: Queue, now: float) -> float:
        """Seconds until `queue` has something to send; 0.0 or less for now, infinite for never."""
        ready = queue.ready(now)
        if not ready:
            due = queue.next_due()
            return math.inf if due is None else due - now
        if ready >= self._capacity(group) or not self._flights or queue.ready_since is None:
            return 0.0
        return queue.ready_since + GROUP_WAIT - now

    def _set_timer(self, delay: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(delay, self._pump_soon) if delay < math.inf else None

    def _refuse_long_pause(self, now: float) -> None:
        """Tell those who ask now, when the server wants to be left alone for longer than a caller should wait."""
        pause, error = self._governor.paused_for(now), self._governor.last_error
        if pause <= self._retry.patience or error is None:
            return
        for queue in self._queues.values():
            for ask in queue.take_all_ready(now):
                self._forget(ask)
                refusal = about(error, ask.ref)
                refusal.retry_after = pause
                _answer(ask, refusal)

    def _launch(self, asks: list[Ask]) -> None:
        flight = Flight(wanted=len(asks))
        for ask in asks:
            ask.flight = flight
        self._flights.add(flight)
        flight.task = self._loop.create_task(self._fly(asks))
        flight.task.add_done_callback(partial(self._landed, flight, asks))  # also when it is cancelled before it began

    async def _fly(self, asks: list[Ask]) -> None:
        self._settle(asks, await self._answers(asks))

    def _landed(self, flight: Flight, asks: list[Ask], task: asyncio.Task[None]) -> None:
        """The request is over, however it ended. Whoever it left waiting is told: nobody waits for ever."""
        self._flights.discard(flight)
        self._governor.leave()
        cause = None if task.cancelled() else task.exception()
        for ask in asks:
            if ask.flight is flight and ask.waiters:
                self._forget(ask)
                _answer(ask, _unforeseen(cause or asyncio.CancelledError(), ask.ref))
        self._pump_soon()

    async def _answers(self, asks: list[Ask]) -> Mapping[TaskRef, Any]:
        try:
            return await self._inquiry.answers([ask.ref for ask in asks], asks[0].include, asks[0].attempt + 1)
        except TidingsError as error:  # no FetchError: a configuration that shows only now
            return {ask.ref: error for ask in asks}
        except (KeyboardInterrupt, asyncio.CancelledError):
            raise
        except BaseException as error:  # noqa: BLE001  # a transport may raise anything, sys.exit() included
            return {ask.ref: _unforeseen(error, ask.ref) for ask in asks}

    def _settle(self, asks: Iterable[Ask], answers: Mapping[TaskRef, Any]) -> None:
        now, spread = self._clock.monotonic(), self._spread()  # what failed together is asked again together
        for ask in asks:
            ask.flight = None
            if not ask.waiters:  # they left meanwhile, and the question with them
                continue
            answer = answers.get(ask.ref, _ALONE)
            delay = self._delay(ask, answer, spread)
            if delay is not None:
                ask.due = now + delay
                self._queue(ask).add(ask, now)
                continue
            self._forget(ask)
            if isinstance(answer, TaskStatus) and answer.state is TaskState.unknown:
                self._warn_of(answer)
            _answer(ask, answer)

    def _delay(self, ask: Ask, answer: Any, spread: float) -> float | None:
        """Seconds until `ask` is asked again, None when it is answered."""
        if answer is _ALONE:
            return 0.0
        if not isinstance(answer, FetchError):
            return None
        ask.attempt += 1
        ask.last_error = answer
        return self._retry.delay(answer, ask.attempt, spread)

    def _warn_of(self, status: TaskStatus) -> None:
        """Unknown words are loud, once each; a provider that makes up a new one each time is not heard for ever."""
        if status.raw_state not in self._words and len(self._words) < _WORDS:
            self._words.add(status.raw_state)
            _log.warning(
                "%s says %r, a state this version does not know (first seen at %s)",
                status.ref.provider,
                status.raw_state,
                status.ref,
            )


def _answer(ask: Ask, answer: Any) -> None:
    """Give each waiter the answer; each its own error, because a raised one gathers a traceback."""
    waiters, ask.waiters = ask.waiters, {}
    for waiter in waiters:
        if not waiter.done():
            own = about(answer, ask.ref) if isinstance(answer, TidingsError) else answer
            waiter.set_result(own)


def _unforeseen(error: BaseException, ref: TaskRef) -> TidingsError:
    """A defect of ours, a plugin's or a transport's. Its text is not shown: it may quote the key it was handed."""
    _log.error("asking for %s failed in an unforeseen way: %s", ref, type(error).__name__)
    return TidingsError(
        f"asking failed: an unforeseen {type(error).__name__}, a defect of a plugin or of ours", ref=ref
    )
