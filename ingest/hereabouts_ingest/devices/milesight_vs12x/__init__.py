"""Milesight VS12x (VS121): people present and passing, for offices and public buildings."""
