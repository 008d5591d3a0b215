"""The attacker: what a reader can derive from what is published. Shares no code with the protector."""
