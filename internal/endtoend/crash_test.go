package endtoend_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"sweep/internal/devstack"
)

var (
	crashKills = flag.Int("crash.kills", 3, "how often something is killed with -9")
	crashSeed  = flag.Uint64("crash.seed", 0, "seed of the kills; 0 chooses one and prints it")
)

// TestKillsAtAnyMomentLoseNothing runs one sweep of four trials twice: once
// undisturbed, once with its worker, its services or everything killed at
// random moments. Final weights and every point must be equal, and half of the
// kills must each have rolled points back, else the kills came at idle moments
// and the run says nothing.
func TestKillsAtAnyMomentLoseNothing(t *testing.T) {
	seed := *crashSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("repeat these kills with -crash.seed=%d", seed)
	seconds := 10 + 9**crashKills // of training per slot
	calm := newPerson(t)
	file := crashFile(calm, seconds)
	calm.gets("submit", file, "--watch")
	want := resultOf(calm)
	calm.gets("down")

	for try := 0; ; try++ {
		hit := newPerson(t)
		text := crashFile(hit, seconds)
		copyFile(t, file, text)
		hit.gets("submit", text, "--heartbeat-timeout", "4s")
		kills := killAtRandom(t, hit, rand.New(rand.NewPCG(seed, uint64(try))))
		hit.gets("watch", "crash")
		got := resultOf(hit)
		compareResults(t, want, got)
		agree(t, hit)
		useful := rolledBackBy(hit, kills)
		t.Logf("%d kills, %d of them rolled points back; %s points rolled back, %s attempts", len(kills), useful,
			hit.one("select count(*) from points_rolled_back"), hit.one("select count(*) from attempts"))
		if useful >= (*crashKills+1)/2 || t.Failed() {
			return
		}
		if try == 4 {
			t.Fatalf("only %d of %d kills rolled points back, five times over", useful, len(kills))
		}
		hit.gets("down", "--purge")
	}
}

// crashFile writes the sweep: as many steps as fill the time on this machine,
// and checkpoints further apart than points are flushed. Closer ones leave a
// kill little to roll back, and the faster the machine trains the less.
func crashFile(p *person, seconds int) string {
	const probe = 10000
	args := []string{"train", "--task", "gaussians", "-p", "z_dim=16", "-p", "k=5", "-p", fmt.Sprint("steps=", probe),
		"-p", "eval_every=10000", "-p", "g_width=32", "-p", "d_width=32"}
	began := time.Now()
	p.gets(args...)
	rate := probe / time.Since(began).Seconds()
	steps := int(rate * float64(seconds) / 1.4) // each slot trains one trial of k=5 and one of k=1, which takes 0.4 of it
	return p.file("crash.yaml", fmt.Sprintf(`version: 1
name: crash
experiments:
  - name: ring
    task: gaussians
    seeds: 2
    parameters: {mixture: ring8, z_dim: 16, g_width: 32, d_width: 32, steps: %d, eval_every: 5000}
    matrix: {k: [1, 5]}
    checkpoint: {every: {steps: %d}}
`, steps, max(min(steps/3, int(10*rate)), 1)))
}

// kill is one kill -9 and its moment.
type kill struct {
	what string
	at   time.Time
}

// killAtRandom kills the worker, one service or everything, each time at a
// random moment while some trial trains.
func killAtRandom(t *testing.T, p *person, r *rand.Rand) []kill {
	t.Helper()
	var kills []kill
	for _, what := range targets(*crashKills, r) {
		waitForTraining(t, p, kills)
		time.Sleep(2500*time.Millisecond + time.Duration(r.IntN(3000))*time.Millisecond)
		kills = append(kills, kill{what, time.Now()})
		murder(t, p, what)
		if what == "everything" {
			p.gets("up")
		}
	}
	return kills
}

// targets draws what is killed, in random order: two thirds of the turns go to
// the worker and to everything, in turn, for those are what loses work.
func targets(n int, r *rand.Rand) []string {
	out := make([]string, n)
	for i := range out {
		switch {
		case i%3 == 2:
			out[i] = []string{"temporal", "postgres", "s3"}[r.IntN(3)]
		case i%2 == 0:
			out[i] = "worker"
		default:
			out[i] = "everything"
		}
	}
	r.Shuffle(n, func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// waitForTraining waits until an open attempt has committed something: one that
// began after the last kill that ended all attempts.
func waitForTraining(t *testing.T, p *person, kills []kill) {
	t.Helper()
	since := 0.0
	for _, k := range kills {
		if k.what == "worker" || k.what == "everything" {
			since = float64(k.at.UnixMilli()) / 1000
		}
	}
	sql := fmt.Sprintf("select count(*) from attempts where ended is null and last_step > from_step and started > to_timestamp(%f)", since)
	eventually(t, 2*time.Minute, "a trial trains", func() bool {
		s := p.types("sql", sql, "-o", "csv")
		return s.code == 0 && !strings.HasSuffix(strings.TrimSpace(s.out), "\n0")
	})
}

// murder kills the named service, or all of them and their supervisor.
func murder(t *testing.T, p *person, what string) {
	t.Helper()
	r, err := devstack.Status(p.home)
	if err != nil {
		t.Fatal(err)
	}
	killed := 0
	for _, s := range append([]devstack.ServiceReport{r.Supervisor}, r.Services...) {
		if s.PID > 0 && (what == "everything" || s.Name == what) {
			t.Logf("kill -9 %s (pid %d)", s.Name, s.PID)
			if err := syscall.Kill(s.PID, syscall.SIGKILL); err == nil {
				killed++
			}
		}
	}
	if killed == 0 {
		t.Fatalf("nothing named %s to kill: %+v", what, r.Services)
	}
}

// result is everything that must not depend on crashes.
type result struct {
	weights []string // trial and sha256 of its last checkpoint
	points  string   // count and digest of the view metrics, bit for bit
}

func resultOf(p *person) result {
	return result{
		weights: p.query(`select trial_id || ' ' || step || ' ' || sha256 from checkpoints c
			where step = (select max(step) from checkpoints x where x.trial_id = c.trial_id) order by 1`),
		points: p.one(`select count(*) || ' ' || md5(string_agg(trial_id || name || step || encode(float8send(value), 'hex'), ',' order by trial_id, name, step)) from metrics`),
	}
}

func compareResults(t *testing.T, want, got result) {
	t.Helper()
	if len(want.weights) != 4 {
		t.Fatalf("%d trials have a last checkpoint, expected 4", len(want.weights))
	}
	if strings.Join(want.weights, "\n") != strings.Join(got.weights, "\n") {
		t.Errorf("final weights differ:\n%s\nundisturbed:\n%s", strings.Join(got.weights, "\n"), strings.Join(want.weights, "\n"))
	}
	if want.points != got.points {
		t.Errorf("points differ: %s, undisturbed %s", got.points, want.points)
	}
}

// agree holds what was rolled back against what was replayed: every rolled-back
// point has come again with the same value, and attempts counted them all.
func agree(t *testing.T, p *person) {
	t.Helper()
	for sql, want := range map[string]string{
		`select count(*) from points_rolled_back b where not exists (select 1 from metrics m
			where m.trial_id = b.trial_id and m.name = b.name and m.step = b.step and float8send(m.value) = float8send(b.value))`: "0",
		`select (select coalesce(sum(points_rolled_back), 0) from attempts) = (select count(*) from points_rolled_back)`: "true",
		`select count(*) from trials where nondeterministic`:                                                             "0",
		`select count(*) from trials where state = 'finished'`:                                                           "4",
	} {
		if got := p.one(sql); got != want && !(want == "true" && got == "t") {
			t.Errorf("%s: %s, expected %s", sql, got, want)
		}
	}
}

// rolledBackBy counts the kills after which, and before the next, an attempt
// began that rolled points back.
func rolledBackBy(p *person, kills []kill) int {
	var starts []float64
	for _, s := range p.query(`select extract(epoch from started) from attempts where points_rolled_back > 0 order by 1`) {
		if f, err := strconv.ParseFloat(s, 64); err == nil {
			starts = append(starts, f)
		}
	}
	n := 0
	for i, k := range kills {
		from, to := float64(k.at.UnixNano())/1e9, float64(time.Now().UnixNano())/1e9
		if i+1 < len(kills) {
			to = float64(kills[i+1].at.UnixNano()) / 1e9
		}
		for _, s := range starts {
			if s >= from && s < to {
				n++
				break
			}
		}
	}
	return n
}
