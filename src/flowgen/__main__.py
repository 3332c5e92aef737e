"""`python -m flowgen` is the command `flowgen`."""

import sys

from flowgen.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
