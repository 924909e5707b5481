package datasets

import "sweep/training/tasks/mnist/data"

// Set is a data set as it was published.
type Set struct {
	Name    string
	Doc     string
	Files   []data.File
	Digest  string   // of the published files, as data.Load gives it
	Mirrors []string // addresses of folders that hold the published files, tried in turn
}

// Sets lists the data sets that tasks name.
func Sets() []Set { return []Set{mnist()} }

// mnist names two of the mirrors that other libraries fetch the original files
// from: PyTorch's (torchvision.datasets.MNIST) and the Common Visual Data
// Foundation's.
func mnist() Set {
	return Set{
		Name: "mnist", Doc: "60,000 and 10,000 handwritten digits, LeCun, Cortes and Burges, CC BY-SA 3.0",
		Files: data.Files(), Digest: data.PublishedDigest,
		Mirrors: []string{"https://ossci-datasets.s3.amazonaws.com/mnist", "https://storage.googleapis.com/cvdf-datasets/mnist"},
	}
}

// Size is what the published files weigh together, in bytes.
func (s Set) Size() (n int64) {
	for _, f := range s.Files {
		n += f.Size
	}
	return n
}

// Remedy is how to get the set.
func (s Set) Remedy() string {
	return "run `sweep data fetch " + s.Name + "`, or `sweep data import " + s.Name + " DIR` with a folder that holds its files"
}
