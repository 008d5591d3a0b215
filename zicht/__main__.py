"""`python -m zicht` is `zicht`."""

from zicht.cli import main

main()
