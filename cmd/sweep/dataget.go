package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"sweep/internal/datasets"
	"sweep/training/tasks/mnist/data"
)

func newDataImportCmd(a *app) *cobra.Command {
	size := 0
	cmd := &cobra.Command{
		Use: "import SET DIR|FILE...", Short: "copy a data set's files from a folder after checking them",
		Long: `import copies the published files, compressed or not, to where this machine keeps
its data sets. All are checked first: where one is not what its name says,
nothing is copied.

The set faces is made from any folders and zip files of PNG, JPEG and WebP
pictures: each is cropped to its middle and resized, equal ones are kept once,
and what is no suitable picture is skipped and counted.`,
		Example: "  sweep data import mnist ~/Downloads\n  sweep data import mnist train-images-idx3-ubyte.gz train-labels-idx1-ubyte.gz\n  sweep data import faces ~/Pictures/faces --size 96",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 {
				return invalid("expected the data set and where its files are, e.g. sweep data import mnist DIR")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case args[0] == facesSet:
				return a.importFaces(cmd.Context(), size, args[1:])
			case cmd.Flags().Changed("size"):
				return invalid("--size is for faces only: %s has pictures of one size", args[0])
			}
			return a.dataImport(args[0], args[1:])
		},
	}
	cmd.Flags().IntVar(&size, "size", 96, "faces: pixels a side")
	return cmd
}

func (a *app) dataImport(name string, paths []string) error {
	f, err := a.folderOf(name)
	if err != nil {
		return err
	}
	copied, err := f.Import(paths...)
	if err != nil {
		return exitError{exitInvalid, err}
	}
	return a.arrived(f, copied, "copied")
}

// arrived says what came and whether the set is whole now.
func (a *app) arrived(f datasets.Folder, files []string, how string) error {
	set, err := f.Load()
	if err != nil {
		return exitError{exitInvalid, fmt.Errorf("%s %s to %s, more is needed:\n%w", how, count(len(files), "file"), f.Dir, err)}
	}
	return a.say(map[string]any{"name": f.Set.Name, "folder": f.Dir, "files": files, "digest": set.Digest},
		"%s %s: %s is in %s, digest %.12s\n", how, count(len(files), "file"), f.Set.Name, f.Dir, set.Digest)
}

func newDataFetchCmd(a *app) *cobra.Command {
	var from []string
	cmd := &cobra.Command{
		Use: "fetch SET", Short: "download a data set's files from its mirrors",
		Long: `fetch gets the files that are not there yet, over https, and keeps only what has
the published digest. It obeys HTTPS_PROXY. Without the internet, get the files
on another machine and use sweep data import.`,
		Example: "  sweep data fetch mnist\n  sweep data fetch mnist --from https://mirror.example.org/mnist",
		Args:    exactly(1, "the data set, e.g. sweep data fetch mnist"),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.dataFetch(cmd.Context(), args[0], from) },
	}
	cmd.Flags().StringSliceVar(&from, "from", nil, "address of a folder with the files, instead of the known mirrors; may be given often")
	return cmd
}

func (a *app) dataFetch(ctx context.Context, name string, from []string) error {
	f, err := a.folderOf(name)
	if err != nil {
		return err
	}
	if len(from) == 0 {
		from = f.Set.Mirrors
	}
	files := []string{}
	done := func(file data.File, host string) {
		files = append(files, file.Name)
		fmt.Fprintf(a.err, "%s from %s\n", file.Name, host)
	}
	if err := f.Fetch(ctx, datasets.NewClient(), from, done); errors.Is(err, datasets.ErrAddress) {
		return invalid("--from: %w", err)
	} else if err != nil {
		return err
	}
	return a.arrived(f, files, "fetched")
}
