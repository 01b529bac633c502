"""`python -m hereabouts_deploy`."""

from hereabouts_deploy.main import run

run()
