"""Looks once at one task: `python fetch_one.py luma:ID`, with TIDINGS_GATEWAY_URL and TIDINGS_GATEWAY_KEY set."""

from __future__ import annotations

import sys

import tidings


def main(ref: str) -> int:
    try:
        status = tidings.fetch(ref)
    except tidings.TidingsError as error:  # we could not find out; a failed task is no error
        print(error, file=sys.stderr)
        return 3
    print(status.state, status.raw_state)
    if status.failure is not None:
        print("because:", status.failure.code, status.failure.message)
    for output in status.outputs:
        print(output.kind, output.role, output.url)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
