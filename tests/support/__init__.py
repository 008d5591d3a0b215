"""What several tests need: small worlds, made for real."""
