"""Where a reading came from, put together for the API and for the page alike."""
