"""What a case is told from when its readings have gone: the case's file, the pack made of it, letters, exports. Pure.

Whatever is made here is made of a `CaseFile` and of nothing else: no store, no clock, no setting.
"""
