package devstack

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// pgOldest is the oldest major release of Postgres the stack runs on.
const pgOldest = 13

// pgPrograms are what a directory must hold to be of use.
var pgPrograms = []string{"postgres", "initdb", "psql"}

// pgPlaces are where distributions, Homebrew and Postgres.app put the server.
var pgPlaces = []string{
	"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/libexec/postgresql*", "/usr/lib/postgresql*/bin",
	"/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin", "/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
	"/Applications/Postgres.app/Contents/Versions/*/bin",
}

// pgBin is a directory of server programs of one release.
type pgBin struct {
	dir     string
	version string // "15.14"
	major   int
}

func (b pgBin) program(name string) string { return filepath.Join(b.dir, name) }

// findPostgres returns the newest release on this machine, or, where data
// exist, the release that wrote them: major releases do not read each other's.
func (h home) findPostgres() (pgBin, error) {
	found, err := installedPostgres()
	if err != nil {
		return pgBin{}, err
	}
	b, err := os.ReadFile(h.path("postgres", "data", "PG_VERSION"))
	if err != nil {
		return found[0], nil
	}
	want, _ := strconv.Atoi(strings.TrimSpace(string(b)))
	for _, bin := range found {
		if bin.major == want {
			return bin, nil
		}
	}
	return pgBin{}, setupErrorf("the data in %s were written by PostgreSQL %d and %s is installed: install PostgreSQL %d or set SWEEP_PG_BIN to its programs",
		h, want, found[0].version, want)
}

// installedPostgres lists what is installed, newest first, never empty.
// SWEEP_PG_BIN alone counts when it is set.
func installedPostgres() ([]pgBin, error) {
	if dir := os.Getenv("SWEEP_PG_BIN"); dir != "" {
		bin, ok := inspectPostgres(dir)
		if !ok {
			return nil, setupErrorf("SWEEP_PG_BIN=%s has no PostgreSQL %d or newer (%s): point it at the server's programs or unset it",
				dir, pgOldest, strings.Join(pgPrograms, ", "))
		}
		return []pgBin{bin}, nil
	}
	var found []pgBin
	for _, dir := range candidateDirs() {
		if bin, ok := inspectPostgres(dir); ok {
			found = append(found, bin)
		}
	}
	if len(found) == 0 {
		return nil, setupErrorf("PostgreSQL's server programs are not installed: run `%s`, or set SWEEP_PG_BIN to their directory", installCommand())
	}
	slices.SortStableFunc(found, func(a, b pgBin) int { return b.major - a.major })
	return found, nil
}

func candidateDirs() []string {
	var dirs []string
	if p, err := exec.LookPath("postgres"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			dirs = append(dirs, filepath.Dir(p))
		}
	}
	for _, pattern := range pgPlaces {
		found, _ := filepath.Glob(pattern)
		dirs = append(dirs, found...)
	}
	return dirs
}

func inspectPostgres(dir string) (pgBin, bool) {
	for _, name := range pgPrograms {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return pgBin{}, false
		}
	}
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	fields := strings.Fields(string(out)) // postgres (PostgreSQL) 15.14 (Debian ...)
	if err != nil || len(fields) < 3 {
		return pgBin{}, false
	}
	major := leadingInt(fields[2]) // of "15.14" and of "18beta1"
	return pgBin{dir: dir, version: fields[2], major: major}, major >= pgOldest
}

func leadingInt(s string) int {
	end := 0
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	n, _ := strconv.Atoi(s[:end])
	return n
}

// installCommand is what a person types on this system.
func installCommand() string {
	if runtime.GOOS == "darwin" {
		return "brew install postgresql@17"
	}
	b, _ := os.ReadFile("/etc/os-release")
	release := strings.ToLower(string(b))
	for _, known := range [][2]string{
		{"debian", "sudo apt-get install -y postgresql"}, {"ubuntu", "sudo apt-get install -y postgresql"},
		{"fedora", "sudo dnf install -y postgresql-server"}, {"rhel", "sudo dnf install -y postgresql-server"},
		{"suse", "sudo zypper install -y postgresql-server"}, {"arch", "sudo pacman -S postgresql"},
		{"alpine", "sudo apk add postgresql"},
	} {
		if strings.Contains(release, known[0]) {
			return known[1]
		}
	}
	return "apt-get install postgresql"
}

// PostgresProgram is the path of one of the programs (psql, pg_dump) of the
// release that the stack in dir (empty: DefaultHome) runs on.
func PostgresProgram(dir, name string) (string, error) {
	h, err := resolveHome(dir)
	if err != nil {
		return "", err
	}
	bin, err := h.findPostgres()
	return bin.program(name), err
}
