package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"sweep/internal/datasets"
	"sweep/sweeps"
	"sweep/training"
)

func newDataCmd(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "data", Short: "the data sets of this machine: list, verify, import, fetch",
		Long: `data looks after the files that tasks read. They lie in the folder that --data
names, else $SWEEP_DATA, else sweep-data in the user's data directory, each set
in a folder of its name. A set's digest is part of its trials' identity.`,
		Example: "  sweep data import mnist ~/Downloads\n  sweep data verify mnist",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return invalid("unknown command %q for \"sweep data\": expected list, verify, import or fetch", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newDataListCmd(a), newDataVerifyCmd(a), newDataImportCmd(a), newDataFetchCmd(a))
	return cmd
}

// library gives out the data sets of the folder that flags and environment name.
func (a *app) library() (*datasets.Library, error) {
	root, err := datasets.Locate(a.data)
	if err != nil {
		return nil, exitError{exitInvalid, err}
	}
	return datasets.NewLibrary(root), nil
}

// digests reads the data sets that the experiments need, so that their trials
// can be named. Where one lacks, nothing is planned.
func (a *app) digests(spec *sweeps.Spec, only []string) (sweeps.Digests, error) {
	names, err := spec.DataSets(only...)
	if err != nil {
		return nil, exitError{exitInvalid, err}
	}
	lib, err := a.library()
	if err != nil {
		return nil, err
	}
	digests, err := lib.Digests(names)
	if err != nil {
		return nil, exitError{exitInvalid, err}
	}
	return digests, nil
}

// digestOf reads the data set of one trial, "" where it needs none.
func digestOf(lib *datasets.Library, cfg training.Config) (string, error) {
	schema, _ := training.SchemaOf(cfg.Task)
	digest, err := lib.Digest(schema.DataSet(cfg.Params))
	if err != nil {
		return "", exitError{exitInvalid, err}
	}
	return digest, nil
}

// folderOf finds the folder of a set that the user named.
func (a *app) folderOf(name string) (datasets.Folder, error) {
	root, err := datasets.Locate(a.data)
	if err != nil {
		return datasets.Folder{}, exitError{exitInvalid, err}
	}
	var known []string
	for _, s := range datasets.Sets() {
		if s.Name == name {
			return root.Folder(s), nil
		}
		known = append(known, s.Name)
	}
	if name == facesSet {
		return datasets.Folder{}, invalid("faces are not published anywhere: make the set of your own pictures with `sweep data import faces DIR`, or name a drawn one, e.g. pfaces-full, in the sweep's file")
	}
	known = append(known, facesSet)
	hint := didYouMean(name, known)
	if hint == "" {
		hint = " (there is " + strings.Join(known, ", ") + ")"
	}
	return datasets.Folder{}, invalid("no data set %q%s", name, hint)
}

func newDataListCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "list the data sets and where they lie", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.dataList() },
	}
}

// listed is a data set as list and verify show it.
type listed struct {
	Name   string `json:"name"`
	Doc    string `json:"doc"`
	Folder string `json:"folder"`
	Named  string `json:"named_by"` // --data, SWEEP_DATA or the user's data folder
	State  string `json:"state"`    // published, sound, missing, incomplete or unusable
	Digest string `json:"digest"`   // "" where the set cannot be used
	Bytes  int64  `json:"bytes"`    // of the published files
}

func (a *app) dataList() error {
	root, err := datasets.Locate(a.data)
	if err != nil {
		return exitError{exitInvalid, err}
	}
	var all []listed
	t := newTable("", "set", "state", "digest", ">size", "folder", "named by")
	for _, s := range datasets.Sets() {
		f := root.Folder(s)
		states, digest := f.Verify()
		l := listed{s.Name, s.Doc, f.Dir, root.Named, stateOf(states, digest, s), digest, s.Size()}
		all = append(all, l)
		t.add(l.Name, l.State, a.id(l.Digest), fmt.Sprintf("%.1f MB", float64(l.Bytes)/1e6), l.Folder, l.Named)
	}
	for _, l := range listFaces(root) {
		all = append(all, l)
		t.add(l.Name, l.State, a.id(l.Digest), fmt.Sprintf("%.1f MB", float64(l.Bytes)/1e6), l.Folder, l.Named)
	}
	return a.print(map[string]any{"data_sets": all}, t)
}

// stateOf says in a word what a folder holds.
func stateOf(states []datasets.State, digest string, s datasets.Set) string {
	missing := 0
	for _, st := range states {
		switch st.Status {
		case datasets.Unusable:
			return "unusable"
		case datasets.Missing:
			missing++
		}
	}
	switch {
	case missing == len(states):
		return "missing"
	case missing > 0:
		return "incomplete"
	case digest == s.Digest:
		return "published"
	case digest != "":
		return "sound"
	}
	return "unusable" // the files do not fit together
}

func newDataVerifyCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "verify SET", Short: "read a data set's files and compare them with the published ones",
		Example: "  sweep data verify mnist\n  sweep data verify mnist --data DIR\n  sweep data verify faces",
		Args:    exactly(1, "the data set, e.g. sweep data verify mnist"),
		RunE: func(_ *cobra.Command, args []string) error {
			if args[0] == facesSet {
				return a.verifyFaces()
			}
			return a.dataVerify(args[0])
		},
	}
}

// verified is one file as verify shows it.
type verified struct {
	File    string          `json:"file"`
	Path    string          `json:"path"`
	Status  datasets.Status `json:"status"`
	Problem string          `json:"problem,omitempty"`
}

func (a *app) dataVerify(name string) error {
	f, err := a.folderOf(name)
	if err != nil {
		return err
	}
	states, digest := f.Verify()
	var files []verified
	t := newTable("", "file", "state", "")
	for _, s := range states {
		files = append(files, verified{s.File, s.Path, s.Status, s.Problem})
		problem := s.Problem
		if s.Status == datasets.Missing { // the status says it
			problem = ""
		}
		t.add(s.File, s.Status, problem)
	}
	state := stateOf(states, digest, f.Set)
	if err := a.print(map[string]any{"name": name, "folder": f.Dir, "state": state, "digest": digest, "files": files}, t); err != nil {
		return err
	}
	if digest == "" {
		_, err := f.Load()
		return exitError{exitInvalid, err}
	}
	if a.output == "table" {
		fmt.Fprintf(a.out, "\n%s in %s is %s, digest %.12s\n", name, f.Dir, spelled(state), digest)
	}
	return nil
}

func spelled(state string) string {
	if state == "published" {
		return "the published set"
	}
	return "sound, and not the published set: trials on it have hashes of their own"
}
