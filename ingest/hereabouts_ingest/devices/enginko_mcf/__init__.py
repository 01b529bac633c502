"""Enginko (mcf88) MCF-LW12 indoor sensors: TER, TERWP, TERPM, VOC, CO2, CO2E."""
