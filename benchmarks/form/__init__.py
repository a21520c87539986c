"""What the expert's form costs: ``make bench-form`` measures it and writes RESULTS_FORM.md."""
