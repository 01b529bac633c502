"""What a frame costs through a vendor's script, as a ratio to a bare QuickJS in the same run. `make bench`."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from _quickjs import Context

from hereabouts_ingest.scripts.folder import Script, read_script
from hereabouts_ingest.scripts.runner import ScriptRunner

EXAMPLES = Path(__file__).parents[1] / "ingest" / "scripts" / "examples"
AT = datetime(2026, 3, 3, 12, tzinfo=UTC)
FRAME = bytes.fromhex("01 00e2 02 29 03 0dac".replace(" ", ""))
FRAMES = 20
RUNS = 50  # short ones, so that one of them finds a busy machine idle


def best_of_all(work: Callable[[], object]) -> float:
    """Seconds a frame in the fastest run."""
    took = []
    for _ in range(RUNS):
        started = time.perf_counter()
        work()
        took.append(time.perf_counter() - started)
    return min(took) / FRAMES


def grown(script: Script) -> Script:
    """The same script with as much text as a maker's long one: 40 kB, the most that The Things Stack takes."""
    case = "    case {n}: decoded.field{n} = ((bytes[at] << 8) | bytes[at + 1]) / 10; at += 2; break;\n"
    cases = "".join(case.format(n=n) for n in range(22))
    function = "function other{n}(bytes, at, decoded) {{\n  switch (bytes[at++]) {{\n{cases}  }}\n  return at;\n}}\n"
    filler = "".join(function.format(n=n, cases=cases) for n in range(20))
    return Script(spec=script.spec, source=filler + script.source, digest="0" * 64)


def bare(script: Script) -> None:
    """The least that anybody has to do: a context, the text, the call."""
    call = f"JSON.stringify(decodeUplink({{bytes: {list(FRAME)}, fPort: 2}}))"
    for _ in range(FRAMES):
        context = Context()
        context.eval("const console = { log() {} };" + script.source)
        context.eval(call)


def through(runner: ScriptRunner, script: Script) -> None:
    for _ in range(FRAMES):
        runner.decode(script, FRAME, 2, AT)


def test_scripts() -> None:
    short = read_script(EXAMPLES / "brightwell_th1", ())
    runner = ScriptRunner()
    print()
    for script in (short, grown(short)):
        through(runner, script)
        ours_s, bare_s = best_of_all(lambda: through(runner, script)), best_of_all(lambda: bare(script))  # noqa: B023
        print(
            f"a script of {len(script.source) / 1000:.0f} kB: {ours_s * 1000:.2f} ms a frame, pipe and guard "
            f"included; {ours_s / bare_s:.1f} times as long as a bare context"
        )
    runner.close()
