"""What a question is, whoever answers it: a statement, its parameters, and the shape of an answer."""
