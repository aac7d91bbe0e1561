// Package lines is how the programs of these tests are asked: standard input holds one JSON value a line, standard output gets
// one in answer to each.
package lines

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

// The most bytes that a question may have.
const longest = 1 << 26

// Answer answers every line, up to the first that can't be answered.
func Answer[Q, A any](answer func(Q) (A, error)) error {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, longest)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	for lines.Scan() {
		var question Q
		if err := json.Unmarshal(lines.Bytes(), &question); err != nil {
			return err
		}
		answered, err := answer(question)
		if err != nil {
			return err
		}
		if err := encoder.Encode(answered); err != nil {
			return err
		}
	}
	return lines.Err()
}

// Main is the whole of a program that answers lines; it ends with status 1 where one can't be answered.
func Main[Q, A any](answer func(Q) (A, error)) {
	if err := Answer(answer); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
