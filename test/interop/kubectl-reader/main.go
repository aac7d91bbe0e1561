// Reads manifests as kubectl does before it sends anything, and writes what it saw.
//
// Standard input holds one JSON string a line: the content of a file. Standard output gets one JSON object a line: the
// objects that `kubectl apply -f` would send, flattened, and the error that it would print.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/resource"
	"x0tta6bl4.test/interop/lines"
)

// Seen is what kubectl makes of one file.
type Seen struct {
	Objects []runtime.Object `json:"objects"`
	Error   string           `json:"error,omitempty"`
}

func see(file string) Seen {
	infos, err := resource.NewLocalBuilder().
		Unstructured().
		Local().
		ContinueOnError().
		FilenameParam(false, &resource.FilenameOptions{Filenames: []string{file}}).
		Flatten().
		Do().
		Infos()
	seen := Seen{Objects: []runtime.Object{}}
	for _, info := range infos {
		seen.Objects = append(seen.Objects, info.Object)
	}
	if err != nil {
		seen.Error = err.Error()
	}
	return seen
}

func run() error {
	folder, err := os.MkdirTemp("", "kubectl-reader")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "manifest.yaml")
	return lines.Answer(func(content string) (Seen, error) {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			return Seen{}, err
		}
		return see(file), nil
	})
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
