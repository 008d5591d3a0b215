"""What is derived from published values alone: rates and classes. Nothing here ever sees a record."""
