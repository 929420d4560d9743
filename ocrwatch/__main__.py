"""`python -m ocrwatch`."""

from ocrwatch.cli import main

if __name__ == "__main__":
    main()
