"""What the doctor finds: which account a provider would use, and what the answer to one question says about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from tidings.cli.exits import Exit
from tidings.cli.render import columns
from tidings.cli.words import shortened
from tidings.config import Account, Config
from tidings.errors import ConfigError, TaskNotFound, TidingsError, UnexpectedResponse
from tidings.model import TaskRef, TaskStatus
from tidings.provider import Provider

NO_SUCH_ID = "tidings-doctor-no-such-task"
_UNASKED = "it was not asked: it is described by a file in the working directory; add --all if you trust that file"
_UNSERVED = "the server has no such route: this gateway does not offer it, or its URL is not right"
_LEAST_SECRET = 4  # characters; the letters of a shorter key, which keeps nobody out, are in every text
_HEADINGS = ("PROVIDER", "STATUS", "URL", "FROM", "KEY", "FROM")


@dataclass(frozen=True, slots=True)
class Finding:
    """One provider with one account. What holds no key is safe to paste into a bug report.

    Attributes:
        provider: its name.
        account: behind the @ in a ref, None for the default one.
        status: `answers`; `fails`; `unserved`: the gateway does not offer this provider; `unasked`: a key is not sent
            there without being told to; `broken`: the configuration is wrong; `unconfigured`: there is none.
        detail: a sentence.
        url, url_source, key, key_source: what would be used and where that was found; the key only by its length.
    """

    provider: str
    account: str | None
    status: str
    detail: str
    url: str | None = None
    url_source: str | None = None
    key: str | None = None
    key_source: str | None = None

    @property
    def whom(self) -> str:
        """As in a ref: `luma`, `luma@studio`."""
        return f"{self.provider}@{self.account}" if self.account else self.provider


@dataclass(frozen=True, slots=True)
class Question:
    """A request to make: about a task that cannot exist, to see whether the account answers."""

    ref: TaskRef
    account: Account


def examine(config: Config, providers: Iterable[Provider], *, ask_all: bool) -> list[Question | Finding]:
    """Whom to ask for each provider, and what is known without asking.

    Args:
        ask_all: whether to ask accounts, too, that a file describes which may have come with somebody else's project.
    """
    return [
        _examine_one(config, provider, account, ask_all=ask_all)
        for provider in providers
        for account in (None, *config.accounts_of(provider))
    ]


def _examine_one(config: Config, provider: Provider, account: str | None, *, ask_all: bool) -> Question | Finding:
    try:
        found = config.account_for(provider, account)
    except ConfigError as error:
        is_silent = account is None and not config.says_anything_of(provider)
        status = "unconfigured" if is_silent else "broken"
        return Finding(provider.name, account, status, error.message)
    question = Question(probe_ref(provider, account), found)
    is_asked = ask_all or account is None or not config.is_foreign(account)
    return question if is_asked else _finding(question, "unasked", _UNASKED)


def probe_ref(provider: Provider, account: str | None) -> TaskRef:
    """A ref of the provider's that names no task; with a route only where an id alone cannot be asked for."""
    routes = [route for route in provider.routes if route != "*"] if provider.route_required else []
    route = next(iter(routes), None)
    return TaskRef(provider.name, NO_SUCH_ID, account, route)


def conclude(question: Question, answer: TaskStatus | TidingsError) -> Finding:
    """What `answer` says about the account. "Not found" is what a good key hears about a task that cannot exist."""
    if question.account.is_gateway and getattr(answer, "no_route", False):
        return _finding(question, "unserved", _UNSERVED)
    return _finding(question, *_verdict(answer))


def _finding(question: Question, status: str, detail: str) -> Finding:
    account, key = question.account, question.account.key.get_secret_value()
    return Finding(
        question.ref.provider,
        question.ref.account,
        status,
        without_key(detail, key),
        url=without_key(shown_url(account.base_url), key),
        url_source=account.url_source,
        key=shown_key(key),
        key_source=account.key_source,
    )


def _verdict(answer: TaskStatus | TidingsError) -> tuple[str, str]:
    if not isinstance(answer, TidingsError) or isinstance(answer, TaskNotFound) or _is_about_the_task(answer):
        return "answers", "it answers"
    if isinstance(answer, ConfigError):  # the key has not the form of this provider's keys: nothing was sent
        return "broken", answer.message
    return "fails", f"{type(answer).__name__}: {shortened(answer.message)}"


def _is_about_the_task(error: TidingsError) -> bool:
    """Whether the server refused the id itself (400, 422), which it could only do having read the question."""
    return isinstance(error, UnexpectedResponse) and error.status_code in {400, 422} and not error.no_route


def shown_url(url: str) -> str:
    """`url` without a password in it and without a query."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def shown_key(key: str) -> str:
    """A key as it may be shown: how long it is, which tells a truncated one, and nothing of what it is."""
    return f"({len(key)} characters)"


def without_key(text: str, key: str) -> str:
    """`text` without the key, which may stand in the URL's path, or in what a server or a plugin said."""
    return text.replace(key, "(the key)") if len(key) >= _LEAST_SECRET else text


def exit_of(findings: Sequence[Finding]) -> Exit:
    """2: something is configured wrongly, or nothing at all; 3: some do not answer; 0: all that is configured does.

    A gateway need not offer everything, but one that offers nothing at all is none.
    """
    found = {finding.status for finding in findings}
    if "broken" in found or not found - {"unconfigured"}:
        return Exit.USAGE
    offers_nothing = "unserved" in found and "answers" not in found
    return Exit.UNANSWERED if "fails" in found or offers_nothing else Exit.OK


def row_of(finding: Finding) -> dict[str, Any]:
    """What `--json` prints."""
    return asdict(finding)


def table(findings: Sequence[Finding]) -> list[str]:
    """The findings as aligned lines under headings, then what to do about those that need more words."""
    rows = [(f.whom, f.status, f.url or "-", f.url_source or "-", f.key or "-", f.key_source or "-") for f in findings]
    is_bare = all(f.status == "unconfigured" for f in findings)
    offers_nothing = not any(f.status == "answers" for f in findings)
    worth_words = {"fails", "broken", "unasked"}
    worth_words |= {"unserved"} if offers_nothing else set()
    worth_words |= {"unconfigured"} if is_bare else set()
    remarks = [f"{f.whom}: {f.detail}" for f in findings if f.status in worth_words]
    return [*columns([_HEADINGS, *rows]), *(["", *remarks] if remarks else [])]
