"""The synchronous client as a script meets it: at exit, across a fork, and when Ctrl-C is pressed."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

Run = Callable[..., str]


def test_a_plain_script_asks_and_ends_quietly(gateway, run_script: Run):
    script = """
        with tidings.Client() as client:
            print(client.fetch("luma:a").state)
    """
    assert run_script(script, **gateway.env) == "succeeded\n"


@pytest.mark.parametrize(
    "asking",
    [
        'client = tidings.Client(); print(client.fetch("luma:a").state)',
        'print(tidings.Client().fetch("luma:a").state)',
        'print(tidings.fetch("luma:a").state)',
        'client = tidings.Client(); client.me = client; print(client.fetch("luma:a").state)',
    ],
    ids=["kept", "dropped", "shared", "in a cycle"],
)
def test_an_unclosed_client_neither_hangs_nor_complains_at_exit(gateway, run_script: Run, asking):
    assert run_script(asking, **gateway.env, PYTHONWARNINGS="error") == "succeeded\n"


def test_a_call_that_is_under_way_in_a_daemon_thread_does_not_hold_up_the_exit(gateway, start_script):
    script = """
        import contextlib, threading

        def ask():
            with contextlib.suppress(tidings.TidingsError):  # closed at exit
                tidings.fetch("luma:hang")

        threading.Thread(target=ask, daemon=True).start()
        input()
    """
    process = start_script(script, **gateway.env)
    assert gateway.is_hanging.wait(30)
    out, err = process.communicate("\n", timeout=30)
    assert (process.returncode, out, err) == (0, "", "")


FORKED = """
    import gc, sys

    def ask():
        return str(client.fetch("luma:a").state)

    client = tidings.Client()
    mine = ask()
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.write(writing, ask().encode())
        {end}
    os.close(writing)
    _, status = os.waitpid(child, 0)
    with open(reading) as pipe:
        print(mine, pipe.read(), ask(), os.waitstatus_to_exitcode(status))
"""


@pytest.mark.parametrize("end", ["os._exit(0)", "sys.exit(0)", "client.close(); del client; gc.collect(); sys.exit(0)"])
def test_after_a_fork_child_and_parent_go_on_each_with_their_own_connection(gateway, run_script: Run, end):
    assert run_script(FORKED.format(end=end), **gateway.env) == "succeeded succeeded succeeded 0\n"
    parents, childs, parents_again = (port for _, port in gateway.asked)
    assert parents == parents_again != childs


def test_in_a_forked_worker_of_multiprocessing(gateway, run_script: Run):
    script = """
        import multiprocessing

        def ask(ref):
            return str(tidings.fetch(ref).state)

        if __name__ == "__main__":
            print(ask("luma:a"))
            with multiprocessing.get_context("fork").Pool(2) as pool:
                print(pool.map(ask, ["luma:b", "luma:c"]))
            print(ask("luma:a"))
    """
    assert run_script(script, **gateway.env) == "succeeded\n['succeeded', 'succeeded']\nsucceeded\n"


def test_a_fork_while_another_thread_asks(gateway, start_script, tmp_path):
    """The parent's request takes up the one place there is; the child has places of its own."""
    (tmp_path / "tidings.toml").write_text("[gateway]\nconcurrency = 1\n")
    script = """
        import threading
        threading.Thread(target=tidings.fetch, args=["luma:hang"], daemon=True).start()
        input()
        child = os.fork()
        if not child:
            print(tidings.fetch("luma:a").state, flush=True)
            os._exit(0)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        os._exit(0)
    """
    process = start_script(script, **gateway.env)
    assert gateway.is_hanging.wait(30)
    out, err = process.communicate("\n", timeout=30)
    assert (process.returncode, out, err) == (0, "succeeded\n0\n", "")


@pytest.mark.parametrize("verb", ["fetch", "wait"])
def test_ctrl_c_cancels_the_request_at_once_and_reaches_the_script(gateway, start_script, verb):
    script = f"""
        client = tidings.Client()
        try:
            client.{verb}("luma:hang")
        except KeyboardInterrupt:
            print("interrupted", flush=True)
            input()
    """
    process = start_script(script, **gateway.env)
    assert gateway.is_hanging.wait(30)
    process.send_signal(signal.SIGINT)
    assert gateway.hung_up.wait(10), "the script lives on, and its request with it"
    out, err = process.communicate("\n", timeout=30)
    assert (process.returncode, out, err) == (0, "interrupted\n", "")
