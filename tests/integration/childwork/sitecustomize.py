"""Found by the child through PYTHONPATH: lends it work for tests under a name of the package."""

import sys

import childwork

sys.modules["ocrwatch.childwork"] = childwork
