"""The engine behind vendors' scripts: compiled once, and still every message in a context of its own."""

import json
from itertools import permutations
from pathlib import Path

import pytest

from hereabouts_ingest.scripts.engine import Engine, Script
from hereabouts_ingest.scripts.quickjs import Context, Thrown

EXAMPLES = sorted((Path(__file__).parent / "scripts" / "examples").iterdir())

# Each keeps something from call to call: in a global it forgot to declare, in one it declared, in a closure, in a
# table, on a function, on a prototype, in a pattern that remembers where it was.
KEEPERS = {
    "a forgotten global": "function Decoder(b) { n = typeof n === 'undefined' ? 1 : n + 1; return {n, b: b[0]}; }",
    "var": "var n = 0; function Decoder(b) { return {n: ++n, b: b[0]}; }",
    "let": "let n = 0; function Decoder(b) { return {n: ++n, b: b[0]}; }",
    "a closure": "var Decoder = (() => { let n = 0; return (b) => ({n: ++n, b: b[0]}); })();",
    "an object used again": "var kept = {}; function Decoder(b) { kept['f' + b[0]] = b[0]; return kept; }",
    "a table": "const T = [1, 2]; function Decoder(b) { T.push(b[0]); return {n: T.length, b: b[0]}; }",
    "a function": "function Decoder(b) { Decoder.n = (Decoder.n || 0) + 1; return {n: Decoder.n, b: b[0]}; }",
    "a prototype": "function Decoder(b) { const p = Array.prototype; p.n = (p.n || 0) + 1; return {n: p.n, b: b[0]}; }",
    "a pattern": "const P = /a/g; function Decoder(b) { return {hit: P.test('ab'), last: P.lastIndex, b: b[0]}; }",
    "its own text": "function Decoder(b) { Decoder = () => ({gone: true}); return {b: b[0]}; }",
    "the language": "function Decoder(b) { const s = Math.max(b[0]); Math.max = JSON.stringify = null; return {s}; }",
}


def given(first: int) -> str:
    return json.dumps({"bytes": [first, 0, 226, 2, 41], "at": 1_772_546_400_000, "fPort": 2})


@pytest.mark.parametrize("text", KEEPERS.values(), ids=list(KEEPERS))
def test_an_answer_depends_on_its_frame_alone(text: str) -> None:
    """Whatever came before, in whatever order and however many: what a frame gives is what it gives a fresh engine."""
    frames = [given(n) for n in (1, 2, 3, 1)]
    alone = [Engine().run(Script(text), frame) for frame in frames]
    assert len(set(alone)) == 3
    engine, script, other = Engine(), Script(text), Script(KEEPERS["a prototype"])
    for order in permutations(range(len(frames))):
        for n in order:
            assert engine.run(script, frames[n]) == alone[n]
        engine.run(other, frames[0])


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_compiled_or_not_the_answer_is_the_same(folder: Path) -> None:
    engine, script = Engine(), Script((folder / "decoder.js").read_text(encoding="utf-8"))
    assert script.code is not None
    for frame in (None, given(1), given(3)):
        compiled = engine.run(script, frame)
        code, script.code = script.code, None
        assert engine.run(script, frame) == compiled
        script.code = code


def test_what_is_no_script_says_where_each_time() -> None:
    engine, script = Engine(), Script("\nvar a = 1;\nvar b = ;\n")
    assert script.code is None
    for _ in range(2):
        assert b"(line 3)" in engine.run(script, None)


def test_a_line_is_told_of_compiled_text_too() -> None:
    answer = Engine().run(Script("function Decoder(b) {\n  return {\n    t: b.nothing.at };\n}"), given(1))
    assert json.loads(answer)["error"].endswith("(line 3)")


def test_what_is_thrown_and_what_is_no_text() -> None:
    context = Context(1 << 24, 1 << 19, lambda: False)
    with pytest.raises(Thrown) as thrown:
        context.evaluate(b"throw 'told'")
    assert context.bytes_of(thrown.value.value) == b"told"
    with pytest.raises(Thrown):
        context.run(b"no code of the engine's")
    assert context.bytes_of(context.evaluate(b"42")) is None
    assert context.bytes_of(context.evaluate(b"'a'.repeat(9000) + 'b'.repeat(9000)")) == b"a" * 9000 + b"b" * 9000
    context.close()
