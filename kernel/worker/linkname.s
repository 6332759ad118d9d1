// Lets host.go declare a function without a body.
