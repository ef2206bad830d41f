"""What holds for every environment of the estate, before and after it is applied."""
