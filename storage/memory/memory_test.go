package memory_test

import (
	"testing"

	"sweep/storage/memory"
	"sweep/storage/storagetest"
)

func TestMemoryKeepsThePointsContract(t *testing.T) {
	storagetest.RunPoints(t, func(*testing.T) storagetest.Points { return memory.New() })
}

func TestMemoryKeepsTheObjectsContract(t *testing.T) {
	storagetest.RunObjects(t, func(*testing.T) storagetest.Objects { return &memory.Objects{} })
}

func TestMemoryKeepsTheNoticesContract(t *testing.T) {
	storagetest.RunNotices(t, func(*testing.T) storagetest.Notices { return memory.New() })
}
