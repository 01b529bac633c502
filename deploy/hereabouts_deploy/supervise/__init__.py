"""Keeping the processes of one system alive, from one parent."""
