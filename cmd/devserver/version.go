package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
)

// versions says which releases are compiled in, read from the build itself so
// that it cannot disagree with go.mod.
type versions struct {
	Temporal string `json:"temporal"`
	UI       string `json:"ui"`
	S3       string `json:"s3"`
	Go       string `json:"go"`
}

func embedded() (versions, error) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return versions{}, fmt.Errorf("this binary was built without module information")
	}
	found := map[string]string{}
	for _, m := range info.Deps {
		found[m.Path] = strings.TrimPrefix(m.Version, "v")
	}
	return versions{
		Temporal: found["go.temporal.io/server"],
		UI:       found["github.com/temporalio/ui-server/v2"],
		S3:       "versitygw " + found["github.com/versity/versitygw"],
		Go:       runtime.Version(),
	}, nil
}

func printVersions(w io.Writer) error {
	v, err := embedded()
	if err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(v)
}
