// Reads manifests as kubectl does before it sends anything, and writes what it saw.
//
// Standard input holds one JSON string a line: the content of a file. Standard output gets one JSON object a line: the
// objects that `kubectl apply -f` would send, flattened, and the error that it would print.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/resource"
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
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<26)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	for lines.Scan() {
		var content string
		if err := json.Unmarshal(lines.Bytes(), &content); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			return err
		}
		if err := encoder.Encode(see(file)); err != nil {
			return err
		}
	}
	return lines.Err()
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
