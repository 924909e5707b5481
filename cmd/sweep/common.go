package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/spf13/cobra"
	tlog "go.temporal.io/sdk/log"

	"sweep/storage"
	"sweep/sweeps"
)

// withServices runs do with open services and closes them after.
func (a *app) withServices(ctx context.Context, do func(context.Context, *services) error) error {
	s, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	return do(ctx, s)
}

// say prints a sentence, or with -o json the data behind it.
func (a *app) say(data any, format string, args ...any) error {
	if a.output == "json" {
		enc := json.NewEncoder(a.out)
		enc.SetIndent("", "  ")
		return enc.Encode(data)
	}
	_, err := fmt.Fprintf(a.out, format, args...)
	return err
}

// exactly wants n arguments and says what they are.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != n {
			return invalid("expected %s", what)
		}
		return nil
	}
}

// count spells a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// unknownSweep turns ErrNotFound into the user's mistake that it is.
func (s *services) unknownSweep(ctx context.Context, name string, err error) error {
	if !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	all, listErr := s.metrics.Sweeps(ctx)
	if listErr != nil {
		return errors.Join(err, listErr)
	}
	names := make([]string, len(all))
	for i, p := range all {
		names[i] = p.Name
	}
	if near := sweeps.Suggest(name, names); near != "" {
		return invalid("no sweep %q (did you mean %q?)", name, near)
	}
	return invalid("no sweep %q; `sweep ls` lists them", name)
}

// quietLogger keeps the SDK's chatter out of the terminal: warnings and worse.
func quietLogger(w io.Writer) tlog.Logger {
	return tlog.NewStructuredLogger(slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelWarn})))
}
