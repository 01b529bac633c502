"""Any people counter that already speaks plainly, as hubs make Xovis and Axis cameras do."""
