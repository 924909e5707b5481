// Package datasets keeps the folders in which data sets lie on this machine:
// where they are (Locate), whether they are sound (Folder.Verify), how files get
// there (Folder.Import, Folder.Fetch), and one copy in memory for all trials
// (Library).
//
// It promises that a file under its final name is whole: files are checked
// before anything is copied and renamed into place when they are on the disk;
// nothing that was sound is lost. What is read from the network is https,
// bounded by the published size and compared with the published digest. Every
// error is one line per file, with its name and the command that mends it.
//
// It never imports a store, Temporal or anything that trains.
package datasets
