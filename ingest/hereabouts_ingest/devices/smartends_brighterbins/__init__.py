"""SmartEnds BrighterBins: fill of waste bins."""
