package devstack

import (
	"io/fs"
	"path/filepath"
	"syscall"
)

// Report is what `sweep status` shows of the local stack.
type Report struct {
	Home       string          `json:"home"`
	Up         bool            `json:"up"` // a supervisor lives and said ready
	State      State           `json:"state"`
	Services   []ServiceReport `json:"services"`
	DiskBytes  int64           `json:"disk_bytes"` // allocated below Home
	RSSBytes   int64           `json:"rss_bytes"`  // resident set of all, shared pages counted in each
	PSSBytes   int64           `json:"pss_bytes"`  // proportional set: shared pages divided
	Supervisor ServiceReport   `json:"supervisor"`
}

// ServiceReport is a service with what it uses now.
type ServiceReport struct {
	Service
	Alive    bool  `json:"alive"` // its process exists, whatever the state file says
	RSSBytes int64 `json:"rss_bytes"`
	PSSBytes int64 `json:"pss_bytes"`
}

// Status looks at everything in dir (empty: DefaultHome) and changes nothing.
// A stack that is down is a report, not an error.
func Status(dir string) (Report, error) {
	h, err := resolveHome(dir)
	if err != nil {
		return Report{}, err
	}
	r := Report{Home: string(h), DiskBytes: diskUsage(string(h))}
	if r.State, err = h.state(); err != nil && !missing(err) {
		return r, err
	}
	r.Up = r.State.Ready && h.supervised()
	r.Supervisor = h.inspect(Service{Name: supervisorName, Log: h.logPath(supervisorName)})
	services := r.State.Services
	if services == nil { // no supervisor, but perhaps orphans
		for i := range stopOrder {
			name := stopOrder[len(stopOrder)-1-i]
			services = append(services, Service{Name: name, Phase: Stopped, Log: h.logPath(name)})
		}
	}
	for _, service := range services {
		r.Services = append(r.Services, h.inspect(service))
	}
	for _, s := range append(r.Services, r.Supervisor) {
		r.RSSBytes += s.RSSBytes
		r.PSSBytes += s.PSSBytes
	}
	return r, nil
}

func (h home) inspect(s Service) ServiceReport {
	report := ServiceReport{Service: s, Alive: lockHeld(h.lockPath(s.Name))}
	var rec record
	if report.Alive && h.readJSON(recordFile(s.Name), &rec) == nil {
		report.PID, report.Began = rec.PID, rec.Began
		if s.Phase == "" || s.Phase == Stopped {
			report.Phase = Running
		}
		pids := []int{rec.PID}
		if s.Name != supervisorName { // its children are the services
			pids = append(pids, childrenOf(rec.PID)...)
		}
		report.RSSBytes, report.PSSBytes = processMemory(pids)
		return report
	}
	report.PID = 0
	if report.Phase != Waiting {
		report.Phase = Stopped
	}
	return report
}

// diskUsage sums the allocated blocks; files that vanish meanwhile are skipped.
func diskUsage(dir string) int64 {
	var total int64
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if info, err := d.Info(); err == nil {
			if st, ok := info.Sys().(*syscall.Stat_t); ok {
				total += st.Blocks * 512
			}
		}
		return nil
	})
	return total
}
