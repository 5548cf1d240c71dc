"""All requests for one provider with one account: one task asked twice is one question, many tasks are one batch."""

from __future__ import annotations

import asyncio
import logging
import math
import random
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from tidings.clock import Clock
from tidings.errors import FetchError, TidingsError
from tidings.flow import Retry, about
from tidings.lanes.digest import UNCHANGED
from tidings.lanes.governor import Governor
from tidings.lanes.inquiry import Inquiry
from tidings.lanes.queue import Ask, Flight, Queue
from tidings.lanes.waiter import FutureWaiter, Waiter, tell_answer, tell_retry
from tidings.model import TaskRef, TaskState, TaskStatus

GROUP_WAIT = 0.05
"""Most seconds a partial batch waits behind a request in flight."""

HEAD_START = 60.0
"""Seconds by which a look that somebody wants now goes before routine looks: a person waits for it.

Where a backlog is older than that, the account is asked for more than it bears; then nobody goes before all others.
"""

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
        self._is_closed = False

    @property
    def governor(self) -> Governor:
        """Admits the lane's requests, among those of others with the same server and key."""
        return self._governor

    def batch_route(self, ref: TaskRef) -> str | None:
        """The route of the batches that `ref` may travel in: its own, None where batches mix them."""
        return self._inquiry.batch_route(ref)

    def shared_by(self, route: str | None) -> int:
        """How many of the tasks that are asked about at present may share one request of this route; 1 at least."""
        return max(1, min(self._inquiry.batch(route), len(self._asks[None])))

    def ask(
        self,
        ref: TaskRef,
        waiter: Waiter,
        *,
        due: float | None = None,
        ahead: float = 0.0,
        include: str | None = None,
    ) -> None:
        """Ask about `ref`, or join those who do; `waiter` is told the answer once, after this returned.

        Args:
            due: when to ask, monotonic seconds; now when None. A shared request may bring the answer earlier.
            ahead: seconds of head start among what is due. Who waits gains on it, so nobody starves.
            include: the name of the extra that is asked for, None for the task itself.
        """
        now = self._clock.monotonic()
        when = now if due is None else due
        asks = self._asks[include]
        ask = asks.get(ref)
        if ask is None:
            ask = asks[ref] = Ask(ref, include, when, ahead=ahead)
        elif ask.flight is not None or not ask.hasten(when, ahead):
            return ask.join(waiter)
        ask.join(waiter)
        if self._is_closed:
            self._loop.call_soon(self._refuse_all)
            return None
        self._queue(ask).add(ask, now)
        return self._pump_soon()

    def leave(self, ref: TaskRef, waiter: Waiter, *, include: str | None = None) -> None:
        """`waiter` asks no more, if it did. A question that nobody asks is dropped.

        A request under way that serves nobody else is cancelled.
        """
        ask = self._asks[include].get(ref)
        if ask is None or not ask.part(waiter) or ask.is_wanted:
            return
        self._forget(ask)
        if ask.flight is None:
            self._queue(ask).drop(ask)
        else:
            ask.flight.leave()

    async def answer(self, ref: TaskRef, *, include: str | None = None, due: float | None = None) -> Any:
        """The answer: a `TaskStatus` or an extra, or the `TidingsError` that says why there is none, as a value.

        A caller that is cancelled leaves the question to the others who wait for it. When the last one leaves, it is
        dropped, and a request that serves nobody else is cancelled.

        Args:
            due: when to ask, monotonic seconds; now when None. A shared request may bring the answer earlier.
        """
        waiter = FutureWaiter(self._loop.create_future())
        self.ask(ref, waiter, due=due, ahead=HEAD_START if due is None else 0.0, include=include)
        try:
            return await waiter.future
        except asyncio.CancelledError:
            self.leave(ref, waiter, include=include)
            raise

    def trouble(self, ref: TaskRef, *, include: str | None = None) -> FetchError | None:
        """Why the last try at a question that is still open failed; None when none did."""
        ask = self._asks[include].get(ref)
        return ask.last_error if ask is not None else None

    async def aclose(self) -> None:
        """Stop. Whoever still waits gets a `TidingsError`."""
        self._is_closed = True
        if self._timer is not None:
            self._timer.cancel()
        self._refuse_all()
        tasks = [flight.task for flight in self._flights if flight.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _refuse_all(self) -> None:
        """Nothing more is asked: tell everyone who waits."""
        what = "the client was closed" if self._is_closed else "asking was cancelled from outside"
        asks = [ask for asks in self._asks.values() for ask in asks.values()]
        self._asks.clear()
        self._queues.clear()
        for ask in asks:
            _answer(ask, TidingsError(f"{what} before the answer came", ref=ask.ref))

    def _queue(self, ask: Ask) -> Queue:
        group = (self._inquiry.batch_route(ask.ref), ask.include)
        if group not in self._queues:
            self._queues[group] = Queue()
        return self._queues[group]

    def _forget(self, ask: Ask) -> None:
        self._asks[ask.include].pop(ask.ref, None)

    def _pump_soon(self) -> None:
        """Look at the queues once, after everything that is asked in this turn of the loop."""
        if not (self._is_pumping or self._is_closed or self._loop.is_closed()):
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
        if self._is_closed:
            return
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
        flight = Flight(asks)
        self._flights.add(flight)
        flight.task = self._loop.create_task(self._fly(flight))
        flight.task.add_done_callback(partial(self._landed, flight))  # also when it is cancelled before it began

    async def _fly(self, flight: Flight) -> None:
        self._settle(flight, await self._answers(flight))

    def _landed(self, flight: Flight, task: asyncio.Task[None]) -> None:
        """The request is over, however it ended. Whoever it left waiting is told: nobody waits for ever."""
        self._flights.discard(flight)
        self._governor.leave()
        if task.cancelled() and task.cancelling() and any(ask.is_wanted for ask in flight.asks.values()):
            self._refuse_all()  # not by us, who cancel what nobody waits for: the event loop is being stopped
        cause = None if task.cancelled() else task.exception()
        left = [ask for ask in flight.asks.values() if ask.flight is flight and ask.is_wanted]
        for ref, error in _unforeseen(cause or asyncio.CancelledError(), [ask.ref for ask in left]).items():
            self._forget(flight.asks[ref])
            _answer(flight.asks[ref], error)
        self._pump_soon()

    async def _answers(self, flight: Flight) -> Mapping[TaskRef, Any]:
        asks = list(flight.asks.values())
        try:
            return await self._inquiry.answers(
                list(flight.asks), asks[0].include, asks[0].attempt + 1, is_known=flight.is_known
            )
        except TidingsError as error:  # no FetchError: a configuration that shows only now
            return {ask.ref: error for ask in asks}
        except (KeyboardInterrupt, GeneratorExit, asyncio.CancelledError):
            raise
        except BaseException as error:  # noqa: BLE001  # a transport may raise anything, sys.exit() included
            return _unforeseen(error, list(flight.asks))

    def _settle(self, flight: Flight, answers: Mapping[TaskRef, Any]) -> None:
        now, spread = self._clock.monotonic(), self._spread()  # what failed together is asked again together
        for ref in tuple(flight.asks):
            ask = flight.asks[ref]
            ask.flight = None
            if ask.is_wanted:  # else they left meanwhile, and the question with them
                self._settle_one(ask, answers.get(ref, _ALONE), now, spread)
            del flight.asks[ref]  # at once: thousands that live on for a moment would set off the garbage collector

    def _settle_one(self, ask: Ask, answer: Any, now: float, spread: float) -> None:
        if answer is UNCHANGED and not ask.knows(ask.digest):  # somebody joined after it was read
            answer = _ALONE
        delay = None if answer is UNCHANGED else self._delay(ask, answer, spread)
        if delay is not None:
            return self._ask_again(ask, now, delay)
        self._forget(ask)
        if type(answer) is TaskStatus and answer.state is TaskState.unknown:
            self._warn_of(answer)
        return _answer(ask, answer)

    def _ask_again(self, ask: Ask, now: float, delay: float) -> None:
        ask.put_off(now + delay if delay else min(ask.due, now))
        self._queue(ask).add(ask, now)
        if delay and ask.last_error is not None:
            for waiter in ask.waiters:
                tell_retry(waiter, ask.last_error, delay, ask.ref)

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
    is_error = isinstance(answer, TidingsError)
    for waiter in ask.dismiss():
        if type(answer) is TaskStatus:
            waiter.known = ask.digest
        tell_answer(waiter, about(answer, ask.ref) if is_error else answer, ask.ref)


def _unforeseen(error: BaseException, refs: Sequence[TaskRef]) -> dict[TaskRef, TidingsError]:
    """A defect of ours, a plugin's or a transport's. Its text is not shown: it may quote the key it was handed."""
    kind = type(error).__name__
    if refs:  # one line, however many tasks shared the request
        others = f" and {len(refs) - 1} others" if len(refs) > 1 else ""
        _log.error("asking for %s%s failed in an unforeseen way: %s", refs[0], others, kind)
    message = f"asking failed: an unforeseen {kind}, a defect of a plugin or of ours"
    return {ref: TidingsError(message, ref=ref) for ref in refs}
