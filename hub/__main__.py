"""``python -m hub`` is ``payment-hub``."""

from hub.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
