// Package web is the live page: sweeps, experiments, trials, pictures,
// comparisons and read-only SQL in a browser, over the same reads as the
// program's other answers.
//
// It promises: pages are made on the server and can be read without script; a
// live page changes by itself, and whatever the number of viewers one thing is
// read from the store at most once a second; every list is paged by the server;
// sizes, times and numbers of requests are bounded; text from a sweep is never
// markup; nothing is loaded from outside, and a strict Content-Security-Policy
// holds; nothing can be changed through it.
//
// Who may ask is decided in guard.go (which Host, which origin) and auth.go (the
// token). It reads through the interfaces it declares and never imports a
// driver, a store's implementation or Temporal.
package web
