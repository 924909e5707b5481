// Package composetest holds the tests of docker-compose.yml, the Dockerfile
// and scripts/compose-env. The compose file is read by compose-go, the parser
// of docker compose itself, so no container engine is needed.
//
// It has no code of its own and imports no package of the project.
package composetest
