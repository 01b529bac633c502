"""Records are what the type checker takes them for: dataclasses that nobody changes."""

import gc
from collections.abc import Mapping
from dataclasses import asdict, replace

import pytest

from hereabouts_schemas.record import record


@record
class Sample:
    """A sample."""

    name: str
    fields: Mapping[str, int]
    count: int = 0

    def doubled(self) -> int:
        """Twice the count."""
        return 2 * self.count


def test_a_record_has_its_fields_defaults_methods_and_words() -> None:
    sample = Sample(name="a", fields={"x": 1})
    assert (sample.name, sample.fields, sample.count, sample.doubled()) == ("a", {"x": 1}, 0, 0)
    assert Sample.__doc__ == "A sample."
    assert repr(sample) == "Sample(name='a', fields={'x': 1}, count=0)"


def test_nobody_changes_a_record() -> None:
    sample = Sample(name="a", fields={})
    with pytest.raises(AttributeError):
        sample.count = 1  # type: ignore[misc]
    with pytest.raises(AttributeError):
        sample.other = 1  # type: ignore[attr-defined]
    assert replace(sample, count=3) == Sample(name="a", fields={}, count=3)
    assert sample.count == 0


def test_records_are_equal_and_hashed_by_their_fields() -> None:
    first, second = Sample(name="a", fields={}), Sample(name="a", fields={}, count=1)
    assert first == Sample(name="a", fields={})
    assert first != second
    with pytest.raises(TypeError):  # a mapping has no hash
        hash(first)
    assert asdict(second) == {"name": "a", "fields": {}, "count": 1}


def test_only_named_fields_make_a_record() -> None:
    with pytest.raises(TypeError):
        Sample("a", {})  # type: ignore[misc, call-arg]
    with pytest.raises(TypeError):
        Sample(name="a")  # type: ignore[call-arg]


def test_the_garbage_collector_has_nothing_to_do_with_records() -> None:
    assert not gc.is_tracked(Sample(name="a", fields={}))
