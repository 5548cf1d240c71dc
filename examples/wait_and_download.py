"""Waits for a task and saves what it made: `python wait_and_download.py luma:ID FOLDER`."""

from __future__ import annotations

import sys

import tidings


def main(ref: str, folder: str, timeout: float = 900.0) -> int:
    with tidings.Client() as client:
        try:
            status = client.wait(ref, timeout=timeout)
        except tidings.WaitTimeout as late:  # we stopped waiting; the task goes on
            print(late)
            return 124
        if status.state != "succeeded":
            print(f"{ref} is {status.state}: {status.failure.message if status.failure else ''}")
            return 1
        for path in client.download(status, folder):
            print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
