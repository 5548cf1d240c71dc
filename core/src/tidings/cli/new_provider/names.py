"""What everything about a new provider is called, and which names it can have."""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from types import MappingProxyType

from tidings import errors, model, provider, wire
from tidings.errors import ConfigError, InvalidRef
from tidings.model import TaskRef
from tidings.plugins import INSTALLABLE, default_plugins

# With names no longer than these, every line of every template stays within the line length of our linter.
_LONGEST_NAME, _LONGEST_TITLE, _LONGEST_URL = 30, 40, 80  # characters
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_URL = re.compile(r"https?://[A-Za-z0-9.-]*[A-Za-z0-9](?::\d+)?(?:/[A-Za-z0-9._~%-]+)*")
_NOT_IN_A_TITLE = frozenset('"\\')  # they would end, or change, the texts it is put into
_OURS: Mapping[str, str] = MappingProxyType({**INSTALLABLE, "simulator": "tidings-simulator"})
_MODULES = (builtins, errors, model, provider, wire)  # whose names a provider's module uses


@dataclass(frozen=True, slots=True)
class Names:
    """The name of a provider as refs write it, and all that follows from it.

    Attributes:
        name: lower-case words with dashes between them (`acme-video`).
        title: for people.
        url: the maker's address, without a slash at its end.
    """

    name: str
    title: str
    url: str

    @property
    def distribution(self) -> str:
        """`tidings-acme-video`."""
        return f"tidings-{self.name}"

    @property
    def module(self) -> str:
        """`acme_video`."""
        return self.name.replace("-", "_")

    @property
    def package(self) -> str:
        """`tidings_acme_video`."""
        return f"tidings_{self.module}"

    @property
    def kind(self) -> str:
        """The class: `AcmeVideo`."""
        return spaced(self.name).replace(" ", "")

    @property
    def variable(self) -> str:
        """What its environment variables begin with: `TIDINGS_ACME_VIDEO`."""
        return self.package.upper()

    def as_mapping(self) -> dict[str, str]:
        """Every name by the word that stands for it in the templates."""
        own = {"name": self.name, "title": self.title, "url": self.url, "label": spaced(self.name)}
        made = ("distribution", "module", "package", "kind", "variable")
        return {**own, **{word: getattr(self, word) for word in made}}


def named(name: str, *, title: str | None = None, url: str | None = None) -> Names:
    """The names of a new provider; what is None follows from `name`.

    Raises:
        ConfigError: something cannot be called so; the message says why, and what to write instead.
    """
    _raise_first(_NAME_CHECKS, name)
    names = Names(name, title=spaced(name) if title is None else title.strip(), url=_address(name, url))
    _raise_first(_TITLE_CHECKS, names.title)
    _raise_first(_URL_CHECKS, names.url)
    return names


def spaced(name: str) -> str:
    """The name as people write it: `Acme Video` for `acme-video`."""
    return " ".join(word.capitalize() for word in name.split("-"))


def _address(name: str, url: str | None) -> str:
    return f"https://api.{name}.example" if url is None else url.strip().rstrip("/")


def _raise_first(checks: Iterable[Callable[[str], str | None]], text: str) -> None:
    for check in checks:
        complaint = check(text)
        if complaint is not None:
            raise ConfigError(complaint)


def _spelling(name: str) -> str | None:
    if _NAME.fullmatch(name):
        return None
    likely = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    instead = f": write {likely}" if _NAME.fullmatch(likely) else ""
    rule = "lower-case letters and digits with single dashes between them, a letter first"
    return f"{_shown(name)} cannot be a provider's name, which is {rule}{instead}"


def _length(name: str) -> str | None:
    return _too_long(name, _LONGEST_NAME, "a provider's name")


def _prefix(name: str) -> str | None:
    rest = name.removeprefix("tidings-")
    return None if rest == name else f"write {rest}, not {name}: the package will be called {name} all the same"


def _reserved(name: str) -> str | None:
    try:
        TaskRef(name, "id")
    except InvalidRef:
        return f"{name!r} cannot be a provider's name: in refs and settings it has a meaning of its own"
    return None


def _ours(name: str) -> str | None:
    return f"{name!r} is taken: there is a package {_OURS[name]} already" if name in _OURS else None


def _installed(name: str) -> str | None:
    is_installed = name in default_plugins().names()
    return f"{name!r} is taken: it is installed already, see tidings providers" if is_installed else None


def _importable(name: str) -> str | None:
    package = Names(name, "", "").package
    return f"{name!r} is taken: a package {package} is installed already" if find_spec(package) else None


def _class(name: str) -> str | None:
    kind = Names(name, "", "").kind
    if not any(hasattr(module, kind) for module in _MODULES):
        return None
    return f"{name!r} cannot be a provider's name: its class would be called {kind}, which means something else already"


def _title(title: str) -> str | None:
    if title and title.isprintable() and _NOT_IN_A_TITLE.isdisjoint(title):
        return None
    return f"{_shown(title)} cannot be a title: write words, without quotation marks, backslashes or control characters"


def _title_length(title: str) -> str | None:
    return _too_long(title, _LONGEST_TITLE, "a title")


def _url(url: str) -> str | None:
    if _URL.fullmatch(url):
        return None
    return f"{_shown(url)} cannot be a maker's address: write for example https://api.maker.example or one with a path"


def _url_length(url: str) -> str | None:
    return _too_long(url, _LONGEST_URL, "an address")


def _too_long(text: str, longest: int, what: str) -> str | None:
    if len(text) <= longest:
        return None
    return f"{_shown(text)} is too long for {what}: it has {len(text)} characters, the most are {longest}"


def _shown(text: str) -> str:
    return ascii(text if len(text) <= 80 else f"{text[:77]}...")


# In this order: what comes later relies on what comes before.
_NAME_CHECKS = (_spelling, _prefix, _length, _reserved, _ours, _installed, _importable, _class)
_TITLE_CHECKS = (_title, _title_length)
_URL_CHECKS = (_url, _url_length)
