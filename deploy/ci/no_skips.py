"""A pytest plugin for machines that have every means: a test that did not run is a failure of the run."""
# ruff: noqa: INP001 - a plugin named on the command line

import pytest

_NOT_RUN = ("skipped", "xfailed", "xpassed")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name every test that did not run, above the closing line."""
    left_out = [report for outcome in _NOT_RUN for report in terminalreporter.getreports(outcome)]
    if left_out:
        terminalreporter.section("tests that did not run fail this run", red=True)
        for report in left_out:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
            terminalreporter.line(f"{report.nodeid} {reason}")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Turn success into failure where a test did not run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and exitstatus == 0 and any(reporter.getreports(outcome) for outcome in _NOT_RUN):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
