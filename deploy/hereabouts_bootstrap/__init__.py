"""Sets up `.venv` in the checkout: standard library only, any Python from 3.8 to the point of choosing a better one."""
