"""The demo town: an invented place, modelled, and devices that report it in real wire formats."""
