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
FRAMES = 1000


def best_of(times: int, work: Callable[[], object]) -> float:
    """Seconds a frame in the fastest of some runs."""
    took = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        took.append(time.perf_counter() - started)
    return min(took) / FRAMES


def grown(script: Script) -> Script:
    """The same script with as much text as a maker's long one (40 kB, the most that The Things Stack takes)."""
    filler = "".join(f"function unused{n}(a, b) {{ return a[{n}] * 256 + b[{n}]; }}\n" for n in range(700))
    return Script(spec=script.spec, source=filler + script.source, digest="0" * 64)


def bare(script: Script) -> None:
    """The least that anybody has to do: a context, the text, the call."""
    call = f"JSON.stringify(decodeUplink({{bytes: {list(FRAME)}, fPort: 2}}))"
    for _ in range(FRAMES):
        context = Context()
        context.eval(script.source)
        context.eval(call)


def through(runner: ScriptRunner, script: Script) -> None:
    for _ in range(FRAMES):
        runner.decode(script, FRAME, 2, AT)


def test_scripts() -> None:
    short = read_script(EXAMPLES / "brightwell_th1", ())
    runner = ScriptRunner()
    for script in (short, grown(short)):
        through(runner, script)
        ours_s, bare_s = best_of(3, lambda: through(runner, script)), best_of(3, lambda: bare(script))  # noqa: B023
        print(
            f"\na script of {len(script.source) / 1000:.0f} kB: {ours_s * 1000:.2f} ms a frame, pipe and guard "
            f"included; {ours_s / bare_s:.1f} times as long as a bare context"
        )
    runner.close()
