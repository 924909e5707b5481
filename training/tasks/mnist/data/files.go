package data

// Side is the height and width of an image, Pixels its size in bytes, Classes
// the number of digits.
const (
	Side    = 28
	Pixels  = Side * Side
	Classes = 10
)

// File is one of the four files as it was published. The compressed digests
// are those of the files that LeCun, Cortes and Burges distribute
// (experiments.md §5.1); Content is the digest of what they decode to.
type File struct {
	Name    string // without the ".gz" that the published files carry
	Images  bool   // images or labels
	Count   int    // published number of images or labels
	Size    int64  // bytes of the published, compressed file
	MD5     string // of the published, compressed file
	SHA256  string // of the published, compressed file
	Content string // sha256 of the decoded IDX file
}

// PublishedDigest is Set.Digest of the published files.
const PublishedDigest = "b2d8f5bf39174ee5ffeefa97e42d673c35432b411bb5d1f74fbbeddae7f1690a"

// Files lists the four files in the order that Set.Digest takes them.
func Files() []File {
	return []File{
		{"train-images-idx3-ubyte", true, 60000, 9912422, "f68b3c2dcbeaaa9fbdd348bbdeb94873",
			"440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
			"ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"},
		{"train-labels-idx1-ubyte", false, 60000, 28881, "d53e105ee54ea40749a09fcbcd1e9432",
			"3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
			"65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"},
		{"t10k-images-idx3-ubyte", true, 10000, 1648877, "9fb629c4189551a2d022fa330f9573f3",
			"8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
			"0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"},
		{"t10k-labels-idx1-ubyte", false, 10000, 4542, "ec29112dd5afa0611ce80d1b7f02629c",
			"f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
			"ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"},
	}
}
