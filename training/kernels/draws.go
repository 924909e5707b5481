package kernels

// Index turns a uniform word into one of 0 … n−1; the bias is below n/2³².
func Index(u uint32, n int) int { return int(uint64(u) * uint64(n) >> 32) }

// Uniform turns two words into a number in [0, 1) with 53 random bits.
func Uniform(hi, lo uint32) float64 {
	return float64((uint64(hi)<<32|uint64(lo))>>11) * (1.0 / (1 << 53))
}

// A group of draws is what eight blocks give: word w of the group's block b is
// its draw 8w + b, so that eight lanes with a block each need no exchange.
const (
	groupBlocks = 8
	groupDraws  = 4 * groupBlocks
)

// Normals fills out: element 32g + 8w + b is word w of the run's block 8g + b.
func (r *Reference[T]) Normals(out []T, key Key, c Counter) {
	for first := 0; first < len(out); first += groupDraws {
		group := out[first:]
		for b := range min(groupBlocks, len(group)) {
			for w, word := range c.Block(key, uint32(first/4+b)) {
				if at := groupBlocks*w + b; at < len(group) {
					group[at] = T(Normal(word))
				}
			}
		}
	}
}
