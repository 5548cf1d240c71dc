"""Every way in which a plugin can be broken: it is set aside with its reason, and the others go on."""

from __future__ import annotations

import sys

import pytest

from tidings.errors import PluginError, UnknownProvider
from tidings.plugins import EXTENSIONS, Plugins, Quarantined

MISSPELLED = "@hookimpl\ndef tidings_simulaton():\n    return None"
WRONG_SHAPE = "@hookimpl\ndef tidings_simulation(colour):\n    return None"
UNMARKED = "def tidings_simulation():\n    return None"
COROUTINE = "@hookimpl\nasync def tidings_simulation():\n    return None"
GENERATOR = "@hookimpl\ndef tidings_simulation():\n    yield None"

# source of a module → what the reason must say
BROKEN_MODULES = {
    "import error": ("import there_is_no_such_module", "raised ModuleNotFoundError: No module named"),
    "syntax error": ("def (", "raised SyntaxError"),
    "exit": ("raise SystemExit(3)", "importing it exited with 3"),
    "panic": ("class Panic(BaseException): pass\nraise Panic('in Rust')", "raised Panic: in Rust"),
    "unprintable": (
        "class Odd(Exception):\n    def __str__(self): raise ValueError\nraise Odd",
        "importing it raised Odd",
    ),
    "empty": ("", "it implements no hook"),
    "another project's hooks": (
        "import pluggy\n@pluggy.HookimplMarker('other')\ndef tidings_other():\n    pass",
        "it implements no hook",
    ),
    "only a simulation": (
        "from tidings.hookspecs import hookimpl\n@hookimpl\ndef tidings_simulation():\n    return None",
        "does not implement tidings_provider",
    ),
}

# lines after a good provider → what the reason must say
BROKEN_HOOKS = {
    "misspelled": (
        MISSPELLED,
        "tidings_simulaton is not a hook of this version of Tidings; did you mean tidings_simulation?",
    ),
    "invented": (
        "@hookimpl\ndef zzz():\n    return None",
        "zzz is not a hook of this version of Tidings; the hooks are",
    ),
    "wrong shape": (WRONG_SHAPE, "a hook has the wrong shape: hookimpl definition: tidings_simulation(colour)"),
    "unmarked": (UNMARKED, "its function tidings_simulation would never be called: mark it"),
    "coroutine": (COROUTINE, "tidings_simulation is a coroutine function, which nobody awaits: write def"),
    "generator": (GENERATOR, "tidings_simulation is a generator function, whose body would never run"),
    "raises": ("@hookimpl\ndef tidings_provider():\n    return 1 / 0", "tidings_provider raised ZeroDivisionError"),
    "exits": ("@hookimpl\ndef tidings_provider():\n    raise SystemExit", "tidings_provider exited with None"),
    "nothing": ("@hookimpl\ndef tidings_provider():\n    return None", "returned NoneType, not a subclass of"),
    "instance": (
        "@hookimpl\ndef tidings_provider():\n    return Maker()",
        "returned an instance of Maker, not a subclass",
    ),
    "foreign class": ("@hookimpl\ndef tidings_provider():\n    return dict", "returned type, not a subclass of"),
    "late coroutine": (
        "async def later():\n    return Maker\n@hookimpl\ndef tidings_provider():\n    return later()",
        "returned coroutine, not a subclass of",
    ),
}

# lines that overrule the provider's facts → what the reason must say
BROKEN_FACTS = {
    "abstract": (
        "parse = None; Maker.__abstractmethods__ = {'parse', 'request'}",
        "does not implement parse and request",
    ),
    "name": ("name = 'other'", "Maker.name is 'other', but its entry point says 'maker': make them equal"),
    "no name": ("name = None", "Maker.name is None, but its entry point says 'maker'"),
    "title": ("title = ' '", "Maker.title is missing"),
    "no states": ("states = {}", "with at least one row"),
    "states list": ("states = ['done']", "must be a table"),
    "states text": ("states = {'done': 'succeeded'}", "Maker.states['done'] must be a text with a TaskState"),
    "states number": ("states = {3: TaskState.failed}", "Maker.states[3] must be a text"),
    "limits": ("limits = 100", "must be a tidings.provider.Limits"),
    "batch zero": ("limits = Limits(batch=0)", "limits.batch must be a whole number of at least 1, not 0"),
    "batch text": ("limits = Limits(batch='9')", "limits.batch must be a whole number of at least 1, not '9'"),
    "rate": ("limits = Limits(per_second=0)", "limits.per_second must be more than 0 or None, not 0"),
    "interval": ("limits = Limits(interval=float('nan'))", "limits.interval must be more than 0 seconds, not nan"),
    "batch without calls": ("limits = Limits(batch=9)", "batch is 9, but it has no batch_request and no rows and"),
    "batch without parse": (
        "limits = Limits(batch=9)\nbatch_request = Maker.request",
        "limits.batch is 9, but it has no rows and no parse_row",
    ),
    "batch of a route": (
        "routes = ('b',); Maker.route_limits = {'b': Limits(batch=9)}; Maker.batch_request = Maker.rows = 1",
        "limits.batch is 9, but it has no parse_row",
    ),
    "route limits": ("route_limits = None", "route_limits must be a table from routes to tidings.provider.Limits"),
    "limits of a route": (
        "routes = ('b',); Maker.route_limits = {'b': Limits(batch=0)}",
        "route_limits['b'].batch must be a whole number",
    ),
    "limits of no route": (
        "routes = ('a',); Maker.route_limits = {'b': Limits()}",
        "route_limits['b'] is for none of its routes",
    ),
    "routes": ("routes = 'fast'", "routes must be a tuple of texts"),
    "routes required": ("route_required = True", "route_required is set, but its routes are empty"),
    "official url": ("official_url = 'maker.example'", "official_url must be an https URL or None"),
    "unreadable url": ("official_url = 'https://[maker'", "official_url must be an https URL or None"),
    "gateway path": ("gateway_path = 'maker'", "gateway_path must be"),
    "includes": ("includes = {'seed': print}", "includes must be a table from names to tidings.provider.Include"),
    "auth": ("auth = lambda self, key, now: {}", "auth must be a function of a key and a time, without self"),
    "no auth": ("gateway_auth = None", "gateway_auth must be a function of a key and a time"),
    "constructor": ("__init__ = lambda self: 1 / 0", "making an instance of it raised ZeroDivisionError"),
    "odd getter": (
        "limits = property(); Maker.states = type('S', (dict,), {'items': None})(a=1)",
        "checking it raised",
    ),
}


def reason_of(plugins: Plugins, name: str = "maker") -> str:
    """The reason, which the survey and the error for the name must agree about."""
    (row,) = plugins.survey()
    assert isinstance(row, Quarantined)
    with pytest.raises(PluginError) as caught:
        plugins.provider(name)
    assert caught.value.provider == name
    assert str(caught.value) == str(row)
    return row.reason


@pytest.mark.parametrize(("source", "reason"), BROKEN_MODULES.values(), ids=BROKEN_MODULES)
def test_a_module_that_cannot_be_used_is_quarantined(shelf, source, reason):
    shelf.put("maker", source)
    assert reason in reason_of(shelf.plugins)


@pytest.mark.parametrize(("source", "reason"), BROKEN_HOOKS.values(), ids=BROKEN_HOOKS)
def test_a_provider_with_a_broken_hook_is_quarantined(shelf, source, reason):
    shelf.maker(more=source)
    assert reason in reason_of(shelf.plugins)


@pytest.mark.parametrize(("facts", "reason"), BROKEN_FACTS.values(), ids=BROKEN_FACTS)
def test_a_provider_with_a_wrong_fact_is_quarantined(shelf, facts, reason):
    shelf.maker(facts=facts)
    assert reason in reason_of(shelf.plugins)


@pytest.mark.parametrize(
    ("attr", "reason"),
    [
        (":nothing", "raised AttributeError"),
        (":Maker", "its entry point names a class; let it name the module whose tidings_provider returns"),
        (":none", "it implements no hook"),
        (":number", "it implements no hook"),
        (":hostile", "registering it raised RuntimeError: no questions"),
        (" is no module", "importing it raised"),
    ],
)
def test_an_entry_point_that_names_something_else_is_quarantined(shelf, attr, reason):
    hostile = "class Hostile:\n    def __dir__(self): raise RuntimeError('no questions')\nhostile = Hostile()"
    shelf.maker(more=f"none = None\nnumber = 3\n{hostile}", attr=attr)
    assert reason in reason_of(shelf.plugins)


@pytest.mark.parametrize("name", ["gateway", "ma ker", "mäker"])
def test_a_name_that_no_ref_can_carry_is_quarantined(shelf, name):
    shelf.maker(name)
    (row,) = shelf.plugins.survey()
    assert isinstance(row, Quarantined)
    assert "provider" in row.reason


@pytest.mark.parametrize(
    "facts",
    [
        "limits = Limits(batch=9)\nflow = lambda self, refs: iter(())",
        "limits = Limits(batch=9)\nbatch_request = Maker.request\nparse_batch = Maker.parse",
        "auth = staticmethod(lambda key, now: {})\ngateway_auth = lambda key, now: {}",
        "official_url = None\ngateway_path = ''",
        "includes = {'seed': Include(print, print)}",
    ],
)
def test_unusual_but_right_facts_are_accepted(shelf, facts):
    shelf.maker(facts=facts)
    assert shelf.plugins.provider("maker").name == "maker"


def test_an_object_may_be_the_plugin(shelf):
    methods = "class Plugin:\n    @hookimpl\n    def tidings_provider(self):\n        return Maker\nplugin = Plugin()"
    shelf.maker(more=methods, attr=":plugin")
    assert shelf.plugins.provider("maker").name == "maker"


def test_a_hook_for_a_later_version_can_be_marked_optional(shelf):
    shelf.maker(more="@hookimpl(optionalhook=True)\ndef tidings_later():\n    return None")
    assert shelf.plugins.provider("maker").name == "maker"


def test_ctrl_c_during_an_import_is_not_the_plugins_fault(shelf):
    shelf.put("maker", "raise KeyboardInterrupt")
    plugins = shelf.plugins
    with pytest.raises(KeyboardInterrupt):
        plugins.provider("maker")
    with pytest.raises(KeyboardInterrupt):  # nor was it remembered as broken
        plugins.provider("maker")


@pytest.mark.parametrize("source", ["raise SystemExit", "import no_such_module", "", WRONG_SHAPE])
def test_the_plugins_around_a_broken_one_are_used(shelf, source):
    shelf.maker("first")
    shelf.put("broken", f"from tidings.hookspecs import hookimpl\n{source}")
    shelf.maker("last")
    plugins = shelf.plugins
    assert [type(row).__name__ for row in plugins.survey()] == ["Quarantined", "Installed", "Installed"]
    assert plugins.provider("first").name == "first"
    assert plugins.provider("last").name == "last"


def test_a_broken_plugin_is_imported_once_and_stays_broken(shelf, tmp_path):
    log = tmp_path / "log"
    shelf.put("maker", f"with open({str(log)!r}, 'a') as log:\n    log.write('x')\nraise RuntimeError")
    plugins = shelf.plugins
    for _ in range(3):
        with pytest.raises(PluginError):
            plugins.provider("maker")
    assert log.read_text() == "x"


def test_a_simulation_that_fails_is_a_plugin_error_and_leaves_the_provider_usable(shelf):
    shelf.maker(more="@hookimpl\ndef tidings_simulation():\n    import no_such_module")
    plugins = shelf.plugins
    with pytest.raises(PluginError, match="cannot be simulated: tidings_simulation raised ModuleNotFoundError"):
        plugins.simulation("maker")
    assert plugins.provider("maker").name == "maker"


def test_a_simulation_is_what_the_hook_returns_and_none_without_one(shelf):
    shelf.maker("with", more="@hookimpl\ndef tidings_simulation():\n    return int")
    shelf.maker("without")
    assert shelf.plugins.simulation("with") is int
    assert shelf.plugins.simulation("without") is None
    with pytest.raises(UnknownProvider):
        shelf.plugins.simulation("neither")


def test_a_broken_extension_is_logged_once_and_shown(shelf, caplog):
    shelf.put("ears", "import no_such_module", group=EXTENSIONS, package="tidings-ears")
    plugins = shelf.plugins
    assert not plugins.observers()
    assert not plugins.observers()
    (row,) = plugins.survey()
    assert isinstance(row, Quarantined)
    assert (row.distribution, row.group) == ("tidings-ears", EXTENSIONS)
    assert [record.getMessage() for record in caplog.records] == [str(row)]
    assert "tidings-ears" in caplog.text


def test_an_extension_that_observes_nothing_is_quarantined(shelf):
    shelf.maker("ears", group=EXTENSIONS)
    (row,) = shelf.plugins.survey()
    assert isinstance(row, Quarantined)
    assert "it observes nothing" in row.reason


@pytest.mark.parametrize("source", [MISSPELLED, WRONG_SHAPE, COROUTINE])
def test_a_plugin_with_one_broken_hook_is_not_half_registered(shelf, source):
    good = "@hookimpl\ndef tidings_exchange(exchange):\n    heard.append(1)\n"
    module = shelf.put("ears", f"from tidings.hookspecs import hookimpl\nheard = []\n{good}{source}", group=EXTENSIONS)
    observers = shelf.plugins.observers()
    observers.exchange(None)
    assert not observers
    assert sys.modules[module].heard == []
