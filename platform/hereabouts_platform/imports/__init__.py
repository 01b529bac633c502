"""Files that councils bring: places, devices and histories of readings, checked row by row before they are stored."""
