package storage

import "time"

// Notice is one notification: told once, to one webhook, under one id.
type Notice struct {
	ID         string // what its receiver tells repetitions by
	Sweep      string
	Event      string
	Experiment string // "" for the sweep as a whole
	Webhook    string // its name; neither its address nor its secret is ever stored
	Created    time.Time
	Tries      int
	Problem    string     // of the last try; "" when it was delivered, or not tried
	Delivered  *time.Time // nil while it is not
}

// Unwell counts the trials of an experiment that did not end well.
type Unwell struct {
	Experiment              string
	Total, Failed, Diverged int // of the wanted trials, each once
}
