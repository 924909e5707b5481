// Package kernels is the contract between what training computes and the
// hardware it is computed on: Backend, and Reference, its plain Go
// implementation over float32 and float64.
//
// It promises fixed numbers. Every sum has a fixed order, every product is
// rounded before it is added (so that no compiler fuses the two), and exp, log,
// sine and cosine are its own: math.Exp on amd64 chooses its path by what the
// CPU supports, which would make a trial's numbers depend on the machine.
// Random numbers are counter-based (Philox 4×32-10): any step's draws can be
// made without the ones before.
//
// It knows nothing of graphs, tasks or checkpoints, and imports the standard
// library only.
package kernels
