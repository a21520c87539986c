"""Operations about data and runs, for other programs: see `surveys.api`."""
