// Writes what the resources of Terraform's Kubernetes provider can be given: npm run terraform:schema -- CHECKOUT
// It runs within a checkout of the provider, whose module no other program can require (its path lacks the major version).
package main

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"github.com/hashicorp/terraform-provider-kubernetes/kubernetes"
)

type document struct {
	Source  string `json:"source"`
	Version string `json:"version"`
	// Each block that occurs once: to every attribute that can be given, the number of the block that it holds, or -1.
	Blocks    []map[string]int `json:"blocks"`
	Resources map[string]int   `json:"resources"`
}

func (d *document) add(attributes map[string]*schema.Schema, known map[string]int) int {
	block := map[string]int{}
	for _, name := range sorted(attributes) {
		attribute := attributes[name]
		if !attribute.Optional && !attribute.Required {
			continue
		}
		block[name] = -1
		if nested, ok := attribute.Elem.(*schema.Resource); ok {
			block[name] = d.add(nested.SchemaMap(), known)
		}
	}
	text, err := json.Marshal(block)
	if err != nil {
		panic(err)
	}
	index, there := known[string(text)]
	if !there {
		index = len(d.Blocks)
		known[string(text)] = index
		d.Blocks = append(d.Blocks, block)
	}
	return index
}

func sorted[T any](values map[string]T) []string {
	return slices.Sorted(maps.Keys(values))
}

func main() {
	version, err := os.ReadFile("version/VERSION")
	if err != nil {
		panic(err)
	}
	d := document{
		Source:    "https://github.com/hashicorp/terraform-provider-kubernetes",
		Version:   strings.TrimSpace(string(version)),
		Resources: map[string]int{},
	}
	resources := kubernetes.Provider().ResourcesMap
	known := map[string]int{}
	for _, name := range sorted(resources) {
		d.Resources[name] = d.add(resources[name].SchemaMap(), known)
	}
	encoder := json.NewEncoder(os.Stdout)
	if err := encoder.Encode(d); err != nil {
		panic(err)
	}
}
