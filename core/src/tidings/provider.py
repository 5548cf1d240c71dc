"""What a provider plugin implements: a few facts and two pure functions.

A provider is pure and stateless. It never sees httpx, asyncio, a clock, the environment, the disk or a key: it says
what to ask and reads what came back. One instance serves every account and every thread.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar
from urllib.parse import urlsplit

from tidings.errors import (
    FetchError,
    InvalidRef,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
    TaskNotFound,
    Unauthorized,
    UnexpectedResponse,
    Unreachable,
)
from tidings.model import TaskRef, TaskState, TaskStatus
from tidings.wire import Request, Response, as_word

Answer = TaskStatus | FetchError
"""What is known about one task after a look: its status, or why we could not find out."""

Answers = Mapping[TaskRef, Answer]

Flow = Generator[Request, Response, Answers]
"""A conversation: yields requests, is sent their responses, returns an answer per task."""

Auth = Callable[[str, float], Mapping[str, str]]
"""A key and the time (unix seconds) to the headers that carry it. Pure: the same in, the same out.

Raises `ConfigError` for a key that has not the form of this maker's keys (`ACCESS|SECRET` with a half left out), in
words that do not show it: it is tried before anything is sent, and the user is also told where the key was found.
What it makes of the key (a signed token) is kept out of answers, errors and logs as the key itself is.
"""


def bearer(key: str, now: float) -> Mapping[str, str]:
    """`Authorization: Bearer KEY`, what most makers and gateways expect."""
    del now
    return {"Authorization": f"Bearer {key}"}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a provider bears.

    Attributes:
        batch: most tasks in one batch request; 1 when there is no batch call.
        per_second: most requests a second, None when the provider states no limit.
        interval: least seconds between two looks at one task: what the provider asks for, or after which it refreshes.
    """

    batch: int = 1
    per_second: float | None = None
    interval: float = 5.0


@dataclass(frozen=True, slots=True)
class Include:
    """A named extra of a provider, asked for only on demand and only after the task succeeded.

    Attributes:
        request: from a ref to what to ask.
        parse: from the response and the ref to an `Artifact` (joins the outputs) or to a JSON value (goes to `extras`).
            Raises `FetchError` when the answer holds none.
        title: what it is, for `tidings providers` and the docs.
    """

    request: Callable[[TaskRef], Request]
    parse: Callable[[Response, TaskRef], Any]
    title: str = ""


# What an HTTP status says when the body says nothing better. What is in no row is an UnexpectedResponse, 5xx aside.
_STATUS_ERRORS: Mapping[int, type[FetchError]] = MappingProxyType(
    {
        401: Unauthorized,
        402: QuotaExhausted,
        403: Unauthorized,
        404: TaskNotFound,
        408: Unreachable,
        410: TaskNotFound,
        425: RateLimited,
        429: RateLimited,
    }
)
_NO_ROUTE_STATUSES = frozenset({404, 405, 501})
# What gateways of the one-api family answer below /v1 and /api, and Go servers everywhere.
_NO_ROUTE_TEXTS = ("Invalid URL", "404 page not found")
_HOST = re.compile(r"[a-z0-9.-]+")
# What refusals for lack of money say; gateways send them with 401, 403 or 429.
_QUOTA_WORDS = ("insufficient_user_quota", "insufficient_quota", "quota_exceeded", "billing_hard_limit", "额度")


class Provider(ABC):
    """One maker's task API, or one gateway's dialect of it.

    Class attributes:
        name: as in refs and as the entry point is called: lower case with dashes.
        title: for people.
        states: the maker's words, compared without regard to case, to ours. A word not in it is `unknown`.
        official_url: the maker's own address, None when it is only reached through gateways.
        gateway_path: put before every path at a gateway (`/runwayml`), "" where paths are already whole, None when no
            gateway serves it.
        auth, gateway_auth: how the key travels at the official address, and at a gateway.
        limits: see `Limits`.
        route_limits: the limits of single routes, where they differ from `limits`.
        routes: what may stand before the id in a ref; empty when nothing may. A `*` allows any.
        route_required: whether the id alone addresses no task (Kling's family is part of the address).
        batches_mix_routes: whether one batch request may hold tasks of several routes.
        hosts: hosts of the maker's polling URLs that may stand in place of an id, their subdomains included.
        url_lifetime: seconds an output's link lives by the maker's rule, None when it does not say.
        includes: named extras, see `Include`.
        error_codes: code words in error bodies, compared exactly, to our errors; consulted before the HTTP status.
        docs_url: where the maker or the gateway documents all this.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    states: ClassVar[Mapping[str, TaskState]]
    official_url: ClassVar[str | None] = None
    gateway_path: ClassVar[str | None] = None
    auth: ClassVar[Auth] = staticmethod(bearer)
    gateway_auth: ClassVar[Auth] = staticmethod(bearer)
    limits: ClassVar[Limits] = Limits()
    route_limits: ClassVar[Mapping[str, Limits]] = MappingProxyType({})
    routes: ClassVar[tuple[str, ...]] = ()
    route_required: ClassVar[bool] = False
    batches_mix_routes: ClassVar[bool] = False
    hosts: ClassVar[tuple[str, ...]] = ()
    url_lifetime: ClassVar[float | None] = None
    includes: ClassVar[Mapping[str, Include]] = MappingProxyType({})
    error_codes: ClassVar[Mapping[str, type[FetchError]]] = MappingProxyType({"task_not_exist": TaskNotFound})
    docs_url: ClassVar[str] = ""

    @abstractmethod
    def request(self, ref: TaskRef) -> Request:
        """What to ask about one task."""

    @abstractmethod
    def parse(self, response: Response, ref: TaskRef) -> TaskStatus:
        """Read the answer to `request`. It has passed `error` already.

        Raises:
            FetchError: the answer does not say what became of the task.
        """

    def batch_request(self, refs: Sequence[TaskRef]) -> Request:
        """What to ask about several tasks, at most `limits.batch`. Only where the maker has a batch call.

        All of `refs` have the same route, unless `batches_mix_routes`.
        """
        raise NotImplementedError(f"{self.name} has limits.batch > 1 but no batch_request")

    def rows(self, response: Response, refs: Sequence[TaskRef]) -> Mapping[TaskRef, Any]:
        """The maker's object about each of `refs` in the answer to `batch_request`: by id, never by position.

        Leave out the tasks it does not mention.

        Raises:
            FetchError: it is no such answer.
        """
        raise NotImplementedError(f"{self.name} has limits.batch > 1 but neither rows nor parse_batch")

    def parse_row(self, row: Any, ref: TaskRef, response: Response) -> TaskStatus:
        """Read the object that `rows` found about `ref`. Raises as `parse`: an odd row is its task's trouble alone."""
        raise NotImplementedError(f"{self.name} has rows but no parse_row")

    def parse_batch(self, response: Response, refs: Sequence[TaskRef]) -> Answers:
        """Read the answer to `batch_request`: an answer for each task it mentions, from `rows` and `parse_row`."""
        return {ref: self._row_answer(row, ref, response) for ref, row in self.rows(response, refs).items()}

    def _row_answer(self, row: Any, ref: TaskRef, response: Response) -> Answer:
        try:
            return self.parse_row(row, ref, response)
        except FetchError as error:
            return error

    def flow(self, refs: Sequence[TaskRef]) -> Flow:
        """The whole conversation about `refs`: one request by default. A maker that needs two calls overrides it.

        A task missing from the returned mapping counts as `TaskNotFound`.

        Raises:
            FetchError: it failed for all of `refs`.
        """
        if len(refs) == 1:
            response = self.checked((yield self.request(refs[0])))
            return {refs[0]: self.parse(response, refs[0])}
        response = self.checked((yield self.batch_request(refs)))
        return self.parse_batch(response, refs)

    def error(self, response: Response) -> FetchError | None:
        """What the HTTP status and the error body say went wrong, None for a good answer; by `error_kind`."""
        kind = self.error_kind(response)
        if kind is None:
            return None
        text = response.error_text() or f"the server answered {response.status}"
        facts: dict[str, Any] = {}
        if kind is UnexpectedResponse and _has_no_route(response):
            facts["no_route"] = True
            text = f"the server has no such route ({response.status}): check the URL"
        return kind(text, status_code=response.status, retry_after=response.retry_after, provider=self.name, **facts)

    def error_kind(self, response: Response) -> type[FetchError] | None:
        """Which of our errors this answer is, None for a good one.

        Override it where the maker is odd (errors with status 200, codes of its own), and call this one for the rest.
        """
        if response.is_success:
            return None
        codes = response.error_codes()
        for code in codes:
            if code in self.error_codes:
                return self.error_codes[code]
        said = " ".join([*codes, response.error_text()])
        if response.status in {401, 403, 429} and any(word in said for word in _QUOTA_WORDS):
            return QuotaExhausted
        if _has_no_route(response):
            return UnexpectedResponse
        if response.status >= 500:
            return ProviderUnavailable
        return _STATUS_ERRORS.get(response.status, UnexpectedResponse)

    def limits_for(self, route: str | None) -> Limits:
        """What holds for tasks of this route: `route_limits`, else `limits`."""
        return self.limits if route is None else self.route_limits.get(route, self.limits)

    def checked(self, response: Response) -> Response:
        """The response itself when it is a good answer; raises what `error` found otherwise."""
        error = self.error(response)
        if error is not None:
            raise error
        return response

    def read_state(self, word: Any) -> tuple[TaskState, str]:
        """Our state for the maker's word, and that word as text. A missing word is looked up as "", see `as_word`."""
        raw = as_word(word)
        state = self.states.get(raw)
        return (state if state is not None else _folded(type(self)).get(raw.casefold(), TaskState.unknown)), raw

    def validate_ref(self, ref: TaskRef) -> None:
        """Check that this provider can be asked about `ref` at all.

        Raises:
            InvalidRef: a route or a URL this provider does not take, or a route is missing.
        """
        if ref.route is None and self.route_required and not ref.is_url:
            routes = ", ".join(self.routes)
            raise InvalidRef(f"{self.name} needs a route before the id: {self.name}:ROUTE/ID, one of {routes}", ref=ref)
        if ref.route is not None and "*" not in self.routes and ref.route not in self.routes:
            takes = f"one of {', '.join(self.routes)}" if self.routes else "none (write / in an id as %2F)"
            raise InvalidRef(f"{self.name} does not know the route {ref.route!r}; it takes {takes}", ref=ref)
        if ref.is_url and not self.owns_url(ref.id):
            takes = f"links only at {', '.join(self.hosts)} over https" if self.hosts else "no links, only ids"
            raise InvalidRef(f"{self.name} takes {takes}", ref=ref)

    def owns_url(self, url: str) -> bool:
        """Whether `url` is one of the maker's own polling URLs, to which its key may go."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return False
        # A backslash, which some parsers read as a slash, must not smuggle in another host.
        is_plain = parts.scheme == "https" and port in {None, 443} and _HOST.fullmatch(host) and "@" not in parts.netloc
        return bool(is_plain) and any(host == own or host.endswith(f".{own}") for own in self.hosts)


def _has_no_route(response: Response) -> bool:
    if response.status not in _NO_ROUTE_STATUSES:
        return False
    is_about_the_route = response.is_html or response.error_text().startswith(_NO_ROUTE_TEXTS)
    return response.status != 404 or is_about_the_route


_FOLDED: dict[type[Provider], Mapping[str, TaskState]] = {}


def _folded(provider: type[Provider]) -> Mapping[str, TaskState]:
    """The provider's state table with its words case-folded, made once per class."""
    if provider not in _FOLDED:
        _FOLDED[provider] = {word.casefold(): state for word, state in provider.states.items()}
    return _FOLDED[provider]


__all__ = [
    "Answer",
    "Answers",
    "Auth",
    "Flow",
    "Include",
    "Limits",
    "Provider",
    "bearer",
]
