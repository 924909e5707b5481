package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"sweep/training"
)

const (
	checkpointFile = "checkpoint-%d.safetensors"
	pointsFile     = "points.csv"
	trialFile      = "trial.json"
)

// folder is the Recorder of a trial without services: a folder with
// trial.json, points.csv, the artifacts and the newest checkpoint.
//
// points.csv grows just before each checkpoint. A crash between the two leaves
// points that no checkpoint covers; reopen cuts them off, so that a trial that
// is killed and started again has each point once.
type folder struct {
	dir      string // "" keeps nothing
	waiting  []byte // CSV lines since the last checkpoint
	newest   string // path of the newest checkpoint
	progress *trainProgress
}

// owned refuses a folder that holds another trial.
func (f *folder) owned(cfg training.Config) error {
	path := filepath.Join(f.dir, trialFile)
	var there struct {
		TrialID string `json:"trial_id"`
	}
	if data, err := os.ReadFile(path); err == nil {
		if json.Unmarshal(data, &there) != nil || there.TrialID != cfg.Hash() {
			return invalid("--out %s: holds another trial (%.12s); choose another folder", f.dir, there.TrialID)
		}
		return nil
	}
	data, err := json.MarshalIndent(map[string]any{"trial_id": cfg.Hash(), "config": cfg}, "", "  ")
	if err != nil {
		return err
	}
	if err := writeWhole(path, append(data, '\n')); err != nil {
		return invalid("--out %s: %v", f.dir, err)
	}
	return nil
}

// Record keeps a step's points until their checkpoint.
func (f *folder) Record(step int64, points []training.Point) error {
	f.progress.step(step, points)
	if f.dir == "" {
		return nil
	}
	for _, p := range points {
		f.waiting = strconv.AppendInt(f.waiting, step, 10)
		f.waiting = append(append(append(f.waiting, ','), p.Metric...), ',')
		f.waiting = append(strconv.AppendFloat(f.waiting, p.Value, 'g', -1, 64), '\n')
	}
	return nil
}

// Artifact writes a file beside the points.
func (f *folder) Artifact(a training.Artifact) error {
	if f.dir == "" {
		return nil
	}
	return writeWhole(filepath.Join(f.dir, fmt.Sprintf("%s-%d%s", a.Name, a.Step, a.Extension)), a.Data)
}

// Checkpoint writes the points so far, then the state, and drops the one before.
func (f *folder) Checkpoint(c training.Checkpoint) error {
	if f.dir == "" {
		return nil
	}
	if err := f.appendPoints(); err != nil {
		return err
	}
	path := filepath.Join(f.dir, fmt.Sprintf(checkpointFile, c.Step))
	if err := writeWhole(path, c.Data); err != nil {
		return err
	}
	if f.newest != "" && f.newest != path {
		_ = os.Remove(f.newest)
	}
	f.newest = path
	return nil
}

// reopen finds the newest checkpoint and cuts points.csv back to its step.
func (f *folder) reopen() ([]byte, error) {
	names, err := filepath.Glob(filepath.Join(f.dir, "checkpoint-*.safetensors"))
	if err != nil {
		return nil, err
	}
	at := int64(-1)
	for _, name := range names {
		var step int64
		if _, err := fmt.Sscanf(filepath.Base(name), checkpointFile, &step); err == nil && step > at {
			at, f.newest = step, name
		}
	}
	if err := f.cut(at); err != nil || at < 0 {
		return nil, err
	}
	return os.ReadFile(f.newest)
}

// cut rewrites points.csv without the points after a step.
func (f *folder) cut(after int64) error {
	path := filepath.Join(f.dir, pointsFile)
	in, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return writeWhole(path, []byte("step,metric,value\n"))
	}
	if err != nil {
		return err
	}
	defer in.Close()
	keep := int64(0)
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			break
		}
		field, _, _ := strings.Cut(line, ",")
		if step, err := strconv.ParseInt(field, 10, 64); err == nil && step > after {
			break
		}
		keep += int64(len(line))
	}
	return os.Truncate(path, keep)
}

func (f *folder) appendPoints() error {
	out, err := os.OpenFile(filepath.Join(f.dir, pointsFile), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return fmt.Errorf("write points: %w", err)
	}
	w := bufio.NewWriter(out)
	_, err = w.Write(f.waiting)
	if err = errors.Join(err, w.Flush(), out.Sync(), out.Close()); err != nil {
		return fmt.Errorf("write points: %w", err)
	}
	f.waiting = f.waiting[:0]
	return nil
}

// writeWhole writes a file that is either there in full or not at all.
func writeWhole(path string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".tmp-*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(data)
	if err = errors.Join(err, tmp.Chmod(0o644), tmp.Sync(), tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
	}
	return err
}
