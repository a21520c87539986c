"""What leaves the house: weight sets as workbook, CSV and JSON."""
