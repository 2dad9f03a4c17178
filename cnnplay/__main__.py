"""`python -m cnnplay`: everything that the pages do, for the command line."""

import sys

from cnnplay.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
