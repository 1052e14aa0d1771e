"""``python -m parelha`` is the console script."""

from parelha.cli import main

if __name__ == "__main__":
    main()
