// Package archtest holds the arrows between packages (docs/architecture.md) as
// a test. It has no code of its own: it reads the import lines of every
// package, whatever its build tags, and imports none of them.
package archtest
