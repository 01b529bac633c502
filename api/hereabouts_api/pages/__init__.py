"""The pages: rendered here, plain HTML and CSS, nothing to run in the browser."""
