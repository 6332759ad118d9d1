package notebook

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// pictureFormats are the pictures a notebook may hold, the best first: where an
// output has several, one is enough.
var pictureFormats = []struct{ mime, ext string }{
	{"image/gif", ".gif"}, {"image/apng", ".png"}, {"image/svg+xml", ".svg"}, {"image/png", ".png"}, {"image/jpeg", ".jpg"},
}

// WritePictures hands the pictures that the cells show to write, as
// prefix-1.svg and so on in the order of the notebook, and returns the names.
func (nb *Notebook) WritePictures(prefix string, write func(name string, data []byte) error) ([]string, error) {
	var names []string
	for i, cell := range nb.Cells {
		for _, o := range cell.Outputs {
			data, ext, err := o.picture()
			if err != nil {
				return names, fmt.Errorf("notebook: picture in cell %d: %w", i+1, err)
			}
			if data == nil {
				continue
			}
			name := fmt.Sprintf("%s-%d%s", prefix, len(names)+1, ext)
			if err := write(name, data); err != nil {
				return names, fmt.Errorf("notebook: pictures: %w", err)
			}
			names = append(names, name)
		}
	}
	return names, nil
}

// picture returns the bytes of an output's picture, nil if it has none.
func (o Output) picture() (data []byte, ext string, err error) {
	bundle, _ := o["data"].(map[string]any)
	for _, f := range pictureFormats {
		s, err := text(bundle[f.mime])
		switch {
		case err != nil:
			return nil, "", err
		case s == "":
			continue
		case f.ext == ".svg":
			return []byte(s), f.ext, nil
		}
		data, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(s, "\n", ""))
		return data, f.ext, err
	}
	return nil, "", nil
}
