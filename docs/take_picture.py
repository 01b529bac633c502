"""Takes docs/picture.png of the running demo: `make run` in one terminal, this script in another."""
# ruff: noqa: INP001 - a script beside the pages it serves

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from hereabouts_deploy.data_dir import DataDir
from hereabouts_deploy.run_file import read_run_file
from hereabouts_deploy.settings import Settings

PICTURE = Path(__file__).with_name("picture.png")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def take_picture(target: Path) -> None:
    """Sign in to the system that runs in the data folder and save its first page as a PNG, 1200 by 800 pixels."""
    run = read_run_file(DataDir(path=Settings().data_dir).run_file)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1200, "height": 800})
        page.goto(f"{run.http}/sign-in")
        page.get_by_label("Your key").fill(run.admin_key)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{run.http}/")
        page.screenshot(path=target)
        browser.close()


if __name__ == "__main__":
    take_picture(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURE)
