package web

import (
	"context"
	"errors"
	"net/http"

	"sweep/report"
	"sweep/storage"
)

// refusal is an answer that is not the page that was asked for.
type refusal struct {
	status  int
	message string // a sentence, for people
}

func (e *refusal) Error() string { return e.message }

func notFound(message string) error { return &refusal{http.StatusNotFound, message} }
func mistake(message string) error  { return &refusal{http.StatusBadRequest, message} }

func badForm(err error) error {
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return &refusal{http.StatusRequestEntityTooLarge, "The form is too large."}
	}
	return mistake("The form could not be read.")
}

// judge turns any error into what the asker is told. A store that is away is
// told as such, in the store's one line, which holds no secret.
func judge(err error) *refusal {
	own, unknown := (*refusal)(nil), (*report.UnknownError)(nil)
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &unknown):
		return &refusal{http.StatusNotFound, unknown.Error()}
	case errors.Is(err, storage.ErrNotFound):
		return &refusal{http.StatusNotFound, "There is no such sweep, experiment, trial or file."}
	case errors.Is(err, storage.ErrInvalid):
		return &refusal{http.StatusBadRequest, err.Error()}
	case errors.Is(err, storage.ErrCorrupt):
		return &refusal{http.StatusBadGateway, "The stored file is damaged."}
	case errors.Is(err, context.DeadlineExceeded):
		return &refusal{http.StatusGatewayTimeout, "The answer took too long."}
	}
	return &refusal{http.StatusServiceUnavailable, "The store does not answer: " + err.Error()}
}

// failView is the page of an error.
type failView struct {
	Status  int
	Reason  string
	Message string
}

func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() == context.Canceled {
		return // nobody listens
	}
	e := judge(err)
	s.render(w, r, e.status, "fail", http.StatusText(e.status), failView{e.status, http.StatusText(e.status), e.message})
}
