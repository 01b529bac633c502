"""MClimate Vicki: a radiator valve that measures its own temperature."""
