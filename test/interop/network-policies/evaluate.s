// Without a file of assembly the compiler wants a body for every function.
