"""Milesight EM300 series: temperature and humidity (TH), with door contact (MCS) or leak probe (SLD, ZLD, MLD)."""
