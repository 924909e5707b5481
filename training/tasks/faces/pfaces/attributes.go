package pfaces

// Version is the renderer's: it changes when any picture does, and is part of
// the digest of every set.
const Version = 1

// The continuous attributes, by their place in Attributes.Values.
const (
	FaceWidth  = iota
	Tilt       // of the head, −20° to 20°
	OffsetX    // of the head, to the right
	EyeOpen    // never quite closed
	GazeX      // to the right of the picture
	MouthCurve // from sad to glad
	MouthOpen
	BrowAngle // from sad to angry
	SkinLight
	HairHue // circular
	IrisHue // circular
	BackHue // circular
	Continuous
)

// FirstHue is the first of the circular attributes, which are the last ones.
const FirstHue = HairHue

// The categorical attributes, by their place in Attributes.Kinds.
const (
	Hair = iota
	Fringe
	EyeShape
	Mouth
	Glasses
	Accessory
	Categorical
)

// Attributes say what a face is. A value is in 1/65536 of its range: 0 is the
// low end, 65535 almost the high one; a circular value is in 1/65536 of a turn.
// A kind is below Kinds' count.
type Attributes struct {
	Values [Continuous]uint16
	Kinds  [Categorical]uint8
}

// Names are those of the continuous attributes.
func Names() [Continuous]string {
	return [...]string{"face_width", "tilt", "offset_x", "eye_open", "gaze_x", "mouth_curve", "mouth_open", "brow_angle",
		"skin_light", "hair_hue", "iris_hue", "back_hue"}
}

// Kind is a categorical attribute.
type Kind struct {
	Name   string
	Values []string
}

// Kinds are the categorical attributes: 6·4·3·4·2·4 = 2,304 combinations.
func Kinds() [Categorical]Kind {
	return [...]Kind{
		{"hair", []string{"short", "bob", "long", "tails", "spiky", "curly"}},
		{"fringe", []string{"none", "straight", "swept", "zigzag"}},
		{"eye_shape", []string{"round", "raised", "drooping"}},
		{"mouth", []string{"dark", "teeth", "tongue", "lips"}},
		{"glasses", []string{"none", "glasses"}},
		{"accessory", []string{"none", "ribbon", "hat", "horns"}},
	}
}
