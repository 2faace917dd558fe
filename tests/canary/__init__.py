"""Every key that the tests invent sings: wherever it stands but in its own file, a test fails."""
