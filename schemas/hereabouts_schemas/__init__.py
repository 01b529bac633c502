"""The words of Hereabouts as frozen, typed records. No IO; imports nothing of ours."""
