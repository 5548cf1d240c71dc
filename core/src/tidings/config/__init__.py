"""Whom to ask for a task, and with which key: arguments, environment and `tidings.toml`, first found wins."""

from __future__ import annotations

from tidings.config.account import Account
from tidings.config.config import Config

__all__ = ["Account", "Config"]
