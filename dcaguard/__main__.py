"""`python -m dcaguard` is the `dcaguard` command."""

from dcaguard.cli.main import main

if __name__ == "__main__":
    main()
