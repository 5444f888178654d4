"""One market from scenario to summary and results folder."""

from __future__ import annotations
