"""`tidings.toml`: whatever is wrong with it is a sentence that names the file and the line."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tidings.config import Config, values
from tidings.config.files import line_of
from tidings.errors import ConfigError

KEY = "sk-0123456789abcdef"

# text of the file → line, what the error must say
BROKEN = {
    "no value": ("[gateway]\nurl =\n", 2, "this is not TOML"),
    "no end": ('[gateway]\nurl = """abc\n', 2, "this is not TOML"),
    "duplicate": ("[gateway]\nbatch = 1\nbatch = 2\n", 3, "this is not TOML: Cannot overwrite a value"),
    "huge number": (f"a = {'9' * 5000}", 1, "this is not TOML that can be read"),
    "deep": (f"a = {'[' * 5000}", 1, "this is not TOML that can be read"),
    "unknown table": ("\n\n[gatway]\nurl = 1\n", 3, "gatway: unknown name; did you mean gateway?"),
    "unknown table, no idea": ("[zzz]\n", 1, "zzz: unknown name; known here: gateway, accounts, settings"),
    "unknown key": ('[gateway]\nurl = "https://x"\n\nkee = 1\n', 4, "gateway.kee: unknown name; did you mean key?"),
    "unknown key, no idea": ("[gateway]\nzzz = 1\n", 2, "gateway.zzz: unknown name; known here: url, key, requests_"),
    "no table": ("gateway = 3\n", 1, "gateway: "),
    "accounts list": ("\n[[accounts]]\nurl = 'x'\n", 2, "accounts: "),
    "account text": ("[accounts]\na = 'x'\n", 2, "accounts.a: "),
    "unknown setting": ("[settings]\nlern = true\n", 2, "settings.lern: unknown name; did you mean learn?"),
    "setting": ('[settings]\nlearn = "no"\n', 2, "settings.learn: write learn = false to switch learning off"),
    "type": ("[gateway]\n# url\nurl = 3\n", 3, "gateway.url: Input should be a valid string"),
    "batch text": ('[gateway]\nbatch = "9"\n', 2, "gateway.batch: Input should be a valid integer"),
    "batch zero": ("[gateway]\nbatch = 0\n", 2, "gateway.batch: Input should be greater than or equal to 1"),
    "batch yes": ("[gateway]\nbatch = true\n", 2, "gateway.batch: Input should be a valid integer"),
    "rate": ("[gateway]\nrequests_per_second = 0\n", 2, "requests_per_second: Input should be greater than 0"),
    "interval": ("[gateway]\ninterval = inf\n", 2, "gateway.interval: Input should be a finite number"),
    "url": ('[gateway]\nurl = "gw.example"\n', 2, "gateway.url: the URL does not start with https://"),
    "url with key": (f'[gateway]\nurl = "https://{KEY}@x"\n', 2, "put the key where keys belong"),
    "key": (f'[gateway]\n\nkey = "Bearer {KEY}"\n', 3, "gateway.key: the key starts with 'Bearer '"),
    "key number": ("[gateway]\nkey = 123\n", 2, "gateway.key: "),
    "variable": (f'[gateway]\nkey = "env:{KEY}"\n', 2, 'gateway.key: after "env:" comes the name of an environment'),
    "account without key": ('[accounts.a]\n[accounts.b]\nprovider = "x"\n', 1, "accounts.a: the account has no key"),
    "account with less": (
        f'\n[accounts.b]\nkey = "{KEY}"\n',
        2,
        "accounts.b: the account has neither provider nor url",
    ),
}


@pytest.mark.parametrize(("text", "line", "said"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_named_with_its_line_and_shows_no_key(desk, text, line, said):
    desk.write(text)
    with pytest.raises(ConfigError) as caught:
        desk.load()
    assert str(caught.value).startswith(f"tidings.toml, line {line}: ")
    assert said in str(caught.value)
    assert KEY not in whole(caught.value)


def test_the_users_broken_file_is_named_in_full(desk):
    desk.write_for_user("[gateway]\nurl =\n")
    with pytest.raises(ConfigError) as caught:
        desk.load()
    assert str(caught.value).startswith(f"{desk.user_dir / 'tidings.toml'}, line 2: ")


def test_a_file_in_another_encoding_is_named_with_the_line(desk):
    (desk.cwd / "tidings.toml").write_bytes(f'[gateway]\nkey = "{KEY}"\nurl = "café"\n'.encode("latin-1"))
    with pytest.raises(
        ConfigError, match=r"^tidings.toml, line 3: not UTF-8; save the file in that encoding$"
    ) as caught:
        desk.load()
    assert KEY not in whole(caught.value)


@pytest.mark.parametrize("content", [b'\xef\xbb\xbf[gateway]\r\nbatch = 3\r\nurl = "https://x"\r\nkey = "k"\r\n'])
def test_a_file_from_windows_is_read(desk, content):
    (desk.cwd / "tidings.toml").write_bytes(content)
    account = desk.account()
    assert (account.batch, account.url_source) == (3, "tidings.toml, line 3")


def test_a_folder_in_place_of_the_file_is_explained(desk):
    (desk.cwd / "tidings.toml").mkdir()
    with pytest.raises(ConfigError, match="is not a file"):
        desk.load()


def test_a_file_too_large_to_be_a_configuration_is_not_read(desk):
    desk.write("#" * 1_000_001)
    with pytest.raises(ConfigError, match="too large"):
        desk.load()


def test_a_file_that_links_to_itself_is_explained(desk):
    path = desk.cwd / "tidings.toml"
    path.symlink_to(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        desk.load()


def test_a_file_that_may_not_be_read_is_explained(desk, monkeypatch):
    """As root, who runs many a CI, may read everything, the refusal is made up."""
    desk.write("")

    def refuse(path: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    with pytest.raises(ConfigError, match="cannot be read: Permission denied; check its permissions"):
        desk.load()


def test_folders_that_do_not_exist_are_no_error(desk, tmp_path):
    (tmp_path / "file").write_text("")
    config = Config.load(env={}, cwd=tmp_path / "nowhere", user_dir=tmp_path / "file" / "beneath")
    assert config.account_names == []


def test_a_key_written_in_the_file_works_and_is_warned_of_once(desk, caplog):
    desk.write(f'[gateway]\nurl = "https://x"\nkey = "{KEY}"\n[accounts.a]\nprovider = "maker"\nkey = "env:K"\n')
    assert desk.account().key.get_secret_value() == KEY
    desk.load()
    (record,) = caplog.records
    assert record.getMessage().startswith("tidings.toml, line 3: a key is written in the file; ")
    assert KEY not in caplog.text


LINES = {
    "header": ("\n[gateway]\nurl = 1\n", ["gateway"], 2),
    "key": ("[gateway]\n# url\n\nurl = 1\n", ["gateway", "url"], 4),
    "dotted": ("a = 1\naccounts.x.url = 1\n", ["accounts", "x", "url"], 2),
    "inline": ("[accounts]\na = { url = 1 }\nb = { url = 2 }\n", ["accounts", "b", "url"], 3),
    "quoted": ('[accounts."a.b"]\n"url" = 1\n', ["accounts", "a.b", "url"], 2),
    "spaced": ("[ accounts . x ]\n  url   = 1\n", ["accounts", "x", "url"], 2),
    "in a text": ('[gateway]\nkey = """\nurl = 1\n"""\nurl = 2\n', ["gateway", "url"], 5),
    "several lines": ('[gateway]\nurl = """\na\nb\n"""\nkey = 1\n', ["gateway", "url"], 2),
    "a list": ("[gateway]\nurl = [\n 1,\n 2,\n]\nkey = 1\n", ["gateway", "key"], 6),
    "missing": ("a = 1\n[gateway]\nurl = 1\n", ["gateway", "nothing"], 2),
    "missing altogether": ("a = 1\n", ["b", "c"], 1),
    "odd breaks": ("# \u2028 \x85\n[gateway]\nurl = 1", ["gateway", "url"], 3),
}


@pytest.mark.parametrize(("text", "path", "line"), LINES.values(), ids=LINES)
def test_the_line_of_a_value_is_found_however_it_is_written(text, path, line):
    assert line_of(text, path) == line


def test_a_line_is_found_quickly_in_a_long_file():
    """A walk over all beginnings of this file would parse 5 million lines."""
    text = "".join(f'[accounts.a{number}]\nkey = "k"\n' for number in range(1500))
    assert line_of(text, ["accounts", "a1400", "key"]) == 2802


@pytest.mark.parametrize(
    ("accounts", "said"),
    [
        ({"a": {"url": "x", "key": KEY}}, "accounts.a.url: the URL does not start with"),
        ({"a": {"url": "https://x", "key": f"{KEY} "}, "b": {}}, "accounts.b: the account has no key"),
        ({"a": {"url": "https://x", "kye": KEY}}, "accounts.a.kye: unknown name; did you mean key?"),
        ({"a": KEY}, "accounts.a: "),
        ({3: {"url": "https://x", "key": KEY}}, "accounts.3"),
        ([KEY], "accounts must map names to tables"),
    ],
)
def test_accounts_given_in_the_call_are_checked_like_the_file(desk, accounts, said):
    with pytest.raises(ConfigError) as caught:
        desk.load(accounts=accounts)
    assert said in str(caught.value)
    assert KEY not in whole(caught.value)


_WORDS = st.sampled_from(
    [
        *"[]={}.,#\n\"' ",
        "gateway",
        "accounts",
        "url",
        "key",
        "a",
        "1",
        '"https://x"',
        f'"{KEY}"',
        '"env:K"',
        "provider",
        '"""',
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.text(), st.lists(_WORDS).map("".join), st.binary()))
@example(f'[gateway]\nurl = "https://x"\nkey = "{KEY}"\n')
@example(f'[gateway]\nkey = "{KEY}"\nkee = 1\n')
@example(f'gateway = "{KEY}"\n')
@example(f'[accounts.x]\nkey = "{KEY}"\nurl = "{KEY}"\n')
@example(f'[gateway]\nkey = "{KEY}\n')
def test_any_file_is_a_configuration_or_an_error_and_never_shows_a_key(desk, caplog, content):
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    (desk.cwd / "tidings.toml").write_bytes(data)
    values._warned.clear()
    try:
        config = desk.load()
        shown = repr(config) + repr(config.account_for(desk.both, None))
    except ConfigError as error:
        shown = whole(error)
    assert KEY not in shown
    assert KEY not in caplog.text


def test_an_accounts_repr_shows_no_key(desk):
    desk.env = {"TIDINGS_MAKER_KEY": KEY}
    config = desk.load(gateway_key=KEY, accounts={"a": {"provider": "maker", "key": KEY}})
    account = config.account_for(desk.both, "a")
    assert account.key.get_secret_value() == KEY
    for thing in (config, account):
        assert KEY not in f"{thing} {thing!r}"


def whole(error: BaseException | None) -> str:
    """All that an error tracker would show of it: the chain of causes, with their attributes."""
    if error is None:
        return ""
    shown = f"{error} {error!r} {error.args!r} {vars(error)!r}"
    return shown + whole(error.__cause__) + whole(error.__context__)
