package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"sweep/internal/datasets"
)

// facesSet is the set that users make of their own pictures.
const facesSet = "faces"

const facesDoc = "faces that were imported from pictures; the sets pfaces-… are drawn and need no files"

func (a *app) importFaces(ctx context.Context, size int, paths []string) error {
	root, err := datasets.Locate(a.data)
	if err != nil {
		return exitError{exitInvalid, err}
	}
	bar := a.newExportBar("import faces")
	if bar != nil {
		bar.unit = "files"
	}
	f := root.FacesFile(size)
	done, err := f.Import(ctx, func(done, total int) { bar.show(done, total, int64(done)) }, paths...)
	bar.close()
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case err != nil:
		return exitError{exitInvalid, err}
	}
	for _, s := range done.First {
		fmt.Fprintf(a.err, "skipped %s: it %s\n", s.File, s.Why)
	}
	if more := done.Skipped - len(done.First); more > 0 {
		fmt.Fprintf(a.err, "skipped %s more\n", count(more, "file"))
	}
	return a.say(map[string]any{"name": f.Name(), "size": size, "path": done.Path, "digest": done.Digest, "pictures": done.Pictures,
		"equal": done.Equal, "skipped": done.Skipped, "first_skipped": done.First},
		"imported %s of %d×%d pixels (%d equal ones left out, %s skipped): %s is in %s, digest %.12s\n",
		count(done.Pictures, "picture"), size, size, done.Equal, count(done.Skipped, "file"), f.Name(), filepath.Dir(done.Path), done.Digest)
}

// listFaces lists the imported sets, or says that there is none.
func listFaces(root datasets.Root) (all []listed) {
	for _, f := range root.FacesFiles() {
		l := listed{Name: f.Name(), Doc: facesDoc, Folder: filepath.Dir(f.Path), Named: root.Named, State: "unusable", Bytes: f.Bytes()}
		if s, err := f.Load(); err == nil {
			l.State, l.Digest = "sound", s.Digest
		}
		all = append(all, l)
	}
	if len(all) == 0 {
		all = append(all, listed{Name: facesSet, Doc: facesDoc, Folder: filepath.Dir(root.FacesFile(0).Path), Named: root.Named, State: "missing"})
	}
	return all
}

// verifiedFaces is one packed file as verify shows it.
type verifiedFaces struct {
	Path     string `json:"path"`
	Status   string `json:"status"`
	Pictures int    `json:"pictures"`
	Digest   string `json:"digest"`
}

func (a *app) verifyFaces() error {
	root, err := datasets.Locate(a.data)
	if err != nil {
		return exitError{exitInvalid, err}
	}
	found := root.FacesFiles()
	if len(found) == 0 {
		_, err := root.FacesFile(96).Load()
		return exitError{exitInvalid, err}
	}
	var files []verifiedFaces
	var wrong []error
	t := newTable("", "file", "state", ">pictures", "digest")
	for _, f := range found {
		s, err := f.Load()
		v := verifiedFaces{Path: f.Path, Status: "unusable"}
		if err == nil {
			v = verifiedFaces{f.Path, "sound", s.Train.Len() + s.Test.Len(), s.Digest}
		}
		files, wrong = append(files, v), append(wrong, err)
		t.add(filepath.Base(v.Path), v.Status, v.Pictures, a.id(v.Digest))
	}
	if err := a.print(map[string]any{"name": facesSet, "folder": filepath.Dir(found[0].Path), "files": files}, t); err != nil {
		return err
	}
	if err := errors.Join(wrong...); err != nil {
		return exitError{exitInvalid, err}
	}
	return nil
}
