//go:build !unix

package main

// becomeFront does nothing: a process cannot become another program here.
func becomeFront(string, bool) {}
