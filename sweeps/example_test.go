package sweeps_test

import (
	"fmt"

	"sweep/sweeps"
)

func ExampleParse() {
	_, err := sweeps.Parse("paper.yaml", []byte(`
version: 1
name: paper
experiments:
  - name: ring
    task: gaussians
    matrix: {k: [1, 5], z_dimm: [16, 256]}
    seeds: none
`))
	fmt.Println(err)
	// Output:
	// paper.yaml:7:25: experiments[0].matrix.z_dimm: unknown parameter of task gaussians (did you mean "z_dim"?)
	// paper.yaml:8:12: experiments[0].seeds: expected an integer, got "none"
}

func ExampleSpec_Expand() {
	spec, err := sweeps.Parse("ring.yaml", []byte(`
version: 1
name: ring
experiments:
  - {name: ring, task: gaussians, matrix: {k: [1, 5]}, seeds: 2}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for trial, err := range spec.Expand() {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(trial.Experiment, trial.Index, trial.Cell, "seed", trial.Config.Seed, trial.Config.Hash()[:8])
	}
	// Output:
	// ring 0 k=1 seed 1 f8489484
	// ring 1 k=5 seed 1 9b94beff
	// ring 2 k=1 seed 2 d0198358
	// ring 3 k=5 seed 2 057ee537
}

func ExampleSuggest() {
	fmt.Println(sweeps.Suggest("rolback", []string{"k", "rollback"}))
	// Output: rollback
}
