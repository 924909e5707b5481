package sweeps_test

import (
	"strings"
	"testing"

	"sweep/sweeps"
)

func packed(pack string) string {
	return "version: 1\nname: s\ndefaults: {resources: {pack: 4}}\nexperiments:\n  - {name: e, task: noop, resources: {pack: " + pack + "}}\n  - {name: f, task: noop}\n"
}

func TestAnExperimentSaysHowItsTrialsArePacked(t *testing.T) {
	for text, want := range map[string]int{"off": sweeps.PackOff, "auto": sweeps.PackAuto, "2": 2, "256": sweeps.MaxPack, "32": 32} {
		s := mustParse(t, "s.yaml", packed(text))
		if s.Experiments[0].Resources.Pack != want || s.Experiments[1].Resources.Pack != 4 {
			t.Errorf("pack: %s is read as %d, and the other experiment's as %d", text, s.Experiments[0].Resources.Pack, s.Experiments[1].Resources.Pack)
		}
	}
	s := mustParse(t, "s.yaml", "version: 1\nname: s\nexperiments:\n  - {name: e, task: noop}\n")
	if s.Experiments[0].Resources.Pack != sweeps.PackOff {
		t.Errorf("a file that says nothing packs %d", s.Experiments[0].Resources.Pack)
	}
}

func TestAPackThatIsNoneIsRefusedInItsPlace(t *testing.T) {
	for _, text := range []string{"0", "1", "257", "-3", "all", "2.5", "[2]"} {
		_, err := sweeps.Parse("s.yaml", []byte(packed(text)))
		if err == nil || !strings.HasPrefix(err.Error(), "s.yaml:5:45: experiments[0].resources.pack: ") {
			t.Errorf("pack: %s: %v", text, err)
		}
	}
	_, err := sweeps.Parse("s.yaml", []byte("version: 1\nname: s\nexperiments:\n  - {name: e, task: noop, resources: {gpu: 1}}\n"))
	if err == nil || !strings.Contains(err.Error(), "is not supported yet") {
		t.Errorf("gpu: %v", err)
	}
}

func TestPacksDoNotTouchIdentity(t *testing.T) {
	hashes := func(text string) (out []string) {
		for trial, err := range mustParse(t, "s.yaml", text).Expand() {
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, trial.Config.Hash())
		}
		return out
	}
	if a, b := hashes(packed("off")), hashes(packed("64")); a[0] != b[0] {
		t.Error("the pack changes the trial's hash")
	}
}
