// Package kerneltest is the suite that every backend of package kernels must
// pass, the reference included: Run.
//
// It promises to find results outside an operation's tolerance, gradients that
// are not finite differences, reads and writes outside the operands, bytes that
// depend on an operand's address, on earlier calls or on the rows and columns
// around, and allocations. It imports package kernels and testing only.
package kerneltest
