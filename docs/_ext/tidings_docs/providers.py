"""A provider's page, from the class its plugin gives and the samples its package holds."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Iterator

from tidings.plugins import ANSWERS_AT_ONCE, Installed, default_plugins
from tidings.provider import Limits, Provider
from tidings.testing.samples import Sample, load_samples
from tidings_docs.markdown import MarkdownDirective, code, table


class ProviderDirective(MarkdownDirective):
    """`{tidings-provider} NAME`: facts, states, extras and samples of one installed provider."""

    required_arguments = 1

    def lines(self) -> Iterator[str]:
        provider = default_plugins().provider(self.arguments[0])
        module = sys.modules[type(provider).__module__]
        # A heading first: what stands before a directive's first heading would be lost.
        yield from ["## What it speaks", "", inspect.getdoc(module) or "", "", "## Facts"]
        yield from table(["", ""], _facts(provider))
        yield from ["## States", "", f"Source of the words: <{provider.docs_url}> and the pages named above."]
        yield from table(
            ["the provider says", "state", "final"],
            [[code(word), code(state), "yes" if state.is_final else ""] for word, state in provider.states.items()],
        )
        yield from ["A word in no row is `unknown`; the word itself is in `raw_state`. Case does not matter.", ""]
        if provider.includes:
            yield from ["## Extras", "", "For `include=` and `--include`."]
            rows = [[code(name), include.title] for name, include in provider.includes.items()]
            yield from table(["name", "what it is"], rows)
        yield from _samples(load_samples(type(provider).__module__.partition(".")[0]))


def _facts(provider: Provider) -> Iterator[list[str]]:
    yield ["title", provider.title]
    yield ["in a ref", " or ".join(map(code, _forms(provider)))]
    yield ["routes", ", ".join(map(code, provider.routes)) or "none"]
    yield ["official address", provider.official_url or "none: it is reached through gateways"]
    yield ["at a gateway", _gateway(provider.gateway_path)]
    yield from _limits(provider.limits)
    for route, limits in provider.route_limits.items():
        yield from ([f"{what}, route {code(route)}", value] for what, value in _limits(limits))
    yield ["links live for", "not stated" if provider.url_lifetime is None else f"{provider.url_lifetime:g} s"]


def _forms(provider: Provider) -> Iterator[str]:
    if not provider.route_required:
        yield f"{provider.name}:ID"
    if provider.routes:
        yield f"{provider.name}:ROUTE/ID"
    if provider.hosts:
        yield f"{provider.name}:https://…"


def _limits(limits: Limits) -> Iterator[list[str]]:
    yield ["most tasks in one request", str(limits.batch)]
    yield ["requests a second", "no limit stated" if limits.per_second is None else f"{limits.per_second:g}"]
    yield ["least seconds between two looks at a task", f"{limits.interval:g}"]


def _gateway(path: str | None) -> str:
    if path is None:
        return "not served by gateways"
    return f"below {code(path)}" if path else "yes, paths are whole"


def _samples(samples: Iterable[Sample]) -> Iterator[str]:
    yield from ["## Samples", "", "Exchanges in its package. They feed its conformance test and this table."]
    yield from table(["sample", "expected", "source"], [[code(one), _expected(one), one.source] for one in samples])


def _expected(sample: Sample) -> str:
    said = (str(one.get("state") or one.get("error") or "the extra") for one in sample.expect.values())
    return ", ".join(map(code, dict.fromkeys(said)))


class ProvidersDirective(MarkdownDirective):
    """`{tidings-providers}`: a row for each provider that is installed where the docs are built."""

    def lines(self) -> Iterator[str]:
        rows = [row for row in default_plugins().survey() if isinstance(row, Installed)]
        yield from table(
            ["provider", "title", "batch", "package"],
            [[self._link(row.name), row.title, str(row.batch), str(row.distribution)] for row in rows],
        )

    def _link(self, name: str) -> str:
        """Who builds the docs may have installed a provider that has no page here."""
        has_page = f"reference/providers/{name}" in self.env.found_docs
        return f"[{name}](/reference/providers/{name}.md)" if has_page else code(name)


class AtOnceDirective(MarkdownDirective):
    """`{tidings-at-once}`: a row for each service that has no tasks."""

    def lines(self) -> Iterator[str]:
        yield from table(["name", "what it makes"], [[code(name), what] for name, what in ANSWERS_AT_ONCE.items()])
