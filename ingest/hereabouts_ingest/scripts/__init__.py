"""Vendors' decoder scripts: JavaScript that an operator drops into a folder, run in a guarded process of its own."""
