"""Moist air, as far as the demo town needs it (Magnus over water, WMO coefficients)."""

import numpy as np

from hereabouts_deploy.demo.clock import Array

#: Gas constant of water vapour, J/(kg K).
VAPOUR_GAS_CONSTANT = 461.5


def saturation_pa(celsius: Array) -> Array:
    """Saturation vapour pressure in Pa."""
    return np.asarray(611.2 * np.exp(17.62 * celsius / (243.12 + celsius)))


def saturation_g_m3(celsius: Array) -> Array:
    """Water that saturated air holds, in g/m3."""
    return np.asarray(1000 * saturation_pa(celsius) / (VAPOUR_GAS_CONSTANT * (celsius + 273.15)))
