"""The confidential zone: records come in here, and nothing of them leaves but a protected release."""
