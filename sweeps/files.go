package sweeps

import "embed"

// Files holds the experiment files that ship, by base name ("quick.yaml").
//
//go:embed *.yaml
var Files embed.FS
