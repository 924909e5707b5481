// Package endtoend drives the real program as a person does: the sweep binary
// on a private local stack, killed, paused, fed bad input, asked for answers.
// It holds tests only and imports nothing of ours but the tests' stack.
package endtoend
