"""GDAL, by pyogrio: how files of shapes are read."""

from functools import cache
from importlib import import_module
from typing import Any


@cache
def gdal() -> Any:
    """pyogrio, loaded when a file is read: where pandas is installed it brings that along, seconds of every start."""
    return import_module("pyogrio")
