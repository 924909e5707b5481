package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/spf13/cobra"

	"sweep/training/kernels/cpu"
	"sweep/training/kernels/cuda/driver"
)

// diagnosis is what doctor found.
type diagnosis struct {
	Machine   string         `json:"machine"`
	Cores     int            `json:"cores"`
	Processor string         `json:"processor"` // the numerics key of trials on it
	Setting   string         `json:"setting"`
	Devices   []deviceReport `json:"devices"`
	Without   string         `json:"without,omitempty"` // why there is no device
	TrainsOn  string         `json:"trains_on"`         // the numerics key of trials here
	Error     string         `json:"error,omitempty"`
}

// deviceReport is one device.
type deviceReport struct {
	Number      int    `json:"number"`
	Name        string `json:"name,omitempty"`
	Arch        string `json:"arch,omitempty"`
	Driver      int    `json:"driver,omitempty"`
	MemoryBytes int64  `json:"memory_bytes,omitempty"`
	FreeBytes   int64  `json:"free_bytes,omitempty"`
	Kernels     string `json:"kernels,omitempty"`
	Error       string `json:"error,omitempty"` // why it cannot be used
}

func newDoctorCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "say what this machine can train on, and why a device is not used",
		Long: `doctor looks at this machine's processor and CUDA devices, says what a worker or
"sweep train" started here would compute trials on, and why not on a device.
` + deviceVariable + ` chooses: cpu (where it is not set), cuda, cuda-tf32, or auto.
It talks to no service.`,
		Args:        cobra.NoArgs,
		Annotations: map[string]string{outputs: "table json"},
		RunE:        func(*cobra.Command, []string) error { return a.doctor() },
	}
}

func (a *app) doctor() error {
	d := diagnose()
	h, err := (&app{err: io.Discard}).chooseDevice()
	if err != nil {
		d.Error = err.Error()
	}
	d.TrainsOn = h.gaussians().Numerics()
	if err != nil {
		d.TrainsOn = ""
	}
	if a.output == "json" {
		return a.say(d, "")
	}
	return d.print(a)
}

func diagnose() diagnosis {
	d := diagnosis{Machine: machine(), Cores: runtime.NumCPU(), Processor: cpu.New().Name(),
		Setting: cmp.Or(os.Getenv(deviceVariable), "cpu"), Devices: []deviceReport{}}
	n, err := driver.Count()
	if err != nil {
		d.Without = err.Error()
	}
	for i := range n {
		d.Devices = append(d.Devices, examine(i))
	}
	return d
}

// examine opens a device, which loads the kernels too.
func examine(number int) deviceReport {
	r := deviceReport{Number: number}
	dev, err := driver.Open(number)
	if err != nil {
		r.Error = err.Error()
		return r
	}
	info := dev.Info()
	r.Name, r.Arch, r.Driver, r.Kernels = info.Name, info.Arch, info.Driver, info.Compiled
	r.MemoryBytes, r.FreeBytes = info.Memory, info.Free
	if err := dev.Close(); err != nil {
		r.Error = err.Error()
	}
	return r
}

func (d diagnosis) print(a *app) error {
	lines := []string{
		fmt.Sprintf("machine    %s, %s", d.Machine, count(d.Cores, "core")),
		fmt.Sprintf("processor  %s", d.Processor),
	}
	for _, r := range d.Devices {
		lines = append(lines, fmt.Sprintf("device %d   %s", r.Number, r))
	}
	if d.Without != "" {
		lines = append(lines, "device     "+d.Without)
	}
	lines = append(lines, d.verdict())
	for _, line := range lines {
		if _, err := fmt.Fprintln(a.out, oneLine(line)); err != nil {
			return err
		}
	}
	return nil
}

// verdict says what is trained on, and what would change it.
func (d diagnosis) verdict() string {
	switch {
	case d.Error != "":
		return "nothing    " + d.Error
	case d.TrainsOn == d.Processor && len(d.Devices) > 0:
		return fmt.Sprintf("trains on  %s (%s=%s; with cuda, trials train on the device)", d.TrainsOn, deviceVariable, d.Setting)
	case d.TrainsOn == d.Processor:
		return fmt.Sprintf("trains on  %s (%s=%s)", d.TrainsOn, deviceVariable, d.Setting)
	}
	return "trains on  " + d.TrainsOn
}

func (r deviceReport) String() string {
	if r.Error != "" {
		return fmt.Sprintf("%s cannot be used: %s", cmp.Or(r.Name, "it"), r.Error)
	}
	const gib = 1 << 30
	return fmt.Sprintf("%s, %s, %.1f of %.1f GiB free, driver %d.%d, kernels for %s", r.Name, r.Arch,
		float64(r.FreeBytes)/gib, float64(r.MemoryBytes)/gib, r.Driver/1000, r.Driver%1000/10, r.Kernels)
}
