"""The pipeline itself: runs unchanged in Glue, in Lambda and on a laptop, and knows nobody above it."""
