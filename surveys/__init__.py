"""From the indicator system to the locked weight set."""

import os

# Workbooks are read by the standard library's parser behind defusedxml, which refuses entities and definitions. Where
# lxml is installed openpyxl would take that instead, which only leaves them unresolved. Said here, before any import.
os.environ["OPENPYXL_LXML"] = "False"
