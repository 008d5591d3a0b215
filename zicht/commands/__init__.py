"""The commands of `zicht`, one module each, imported only when called: `zicht serve` needs no more than it uses."""
