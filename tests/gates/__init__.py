"""Checks of the contract that are kept for ever: nothing confidential in any byte that is served."""
