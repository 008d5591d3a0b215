"""The records of the fictional country: persons, businesses and five years of linked events, made on demand."""
