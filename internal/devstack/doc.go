// Package devstack is the local stack: a private Postgres, Temporal with its
// Web UI and an S3 store, on loopback ports with random credentials, all under
// one home directory.
//
// It promises: Ensure is the one call a command needs, it starts what is not
// running, adopts what is and waits until everything answers; kill -9 of any
// part or of all loses nothing and is repaired by the supervisor or by the
// next Ensure; a start that fails stops what it started; secrets live in files
// of mode 0600 and in the environment of the services, never in arguments,
// logs or the state file.
//
// How it knows who is alive: every service inherits an flock'ed file of
// home/run. The kernel drops the lock with the last process that holds it, so
// neither a stale pid file nor a recycled pid can deceive.
//
// It imports the standard library only, and none of the project's packages.
package devstack
