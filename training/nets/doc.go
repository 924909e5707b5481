// Package nets builds networks, losses and their gradients as gorgonia
// expression graphs, out of a few coarse operations of its own.
//
// Every value is a matrix; a scalar is (1, 1). An operation knows its shape, its
// call of kernels.Backend and its symbolic derivative, so one graph can be run
// by gorgonia's TapeMachine (the oracle) or lowered by training/plan. Gradients
// come from Grad, a reverse traversal that keeps no state in the graph:
// gorgonia.Grad caches derivatives in nodes and is silently wrong for a second
// loss in one graph.
//
// It promises that a derivative that an operation does not have is an error,
// never a silent zero. It never imports plan, tasks or checkpoint.
package nets
