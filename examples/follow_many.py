"""Follow the tasks that a file names, one per line, and print each as it ends: `python follow_many.py REFS.txt`.

Thousands are no different from three. What did not end is printed with the reason, and can be waited for again.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import tidings


async def follow(refs: list[str], timeout: float) -> int:
    """Print each task's end; returns how many did not succeed."""
    unsuccessful = 0
    async with tidings.AsyncClient() as client:
        async for answer in client.as_completed(refs, timeout=timeout, return_exceptions=True):
            if isinstance(answer, tidings.TidingsError):
                print(answer, file=sys.stderr)
            else:
                print(answer.ref, answer.state)
            unsuccessful += not (isinstance(answer, tidings.TaskStatus) and answer.state == "succeeded")
    return unsuccessful


if __name__ == "__main__":
    path, seconds = Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 900.0
    sys.exit(1 if asyncio.run(follow(path.read_text().split(), seconds)) else 0)
