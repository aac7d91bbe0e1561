// Writes what SPIRE reads from its configuration files, as JSON: npm run spire:configuration -- RELEASE…
// The keys are those of the Go structs that each file and plugin is decoded into, found in the released module's source.
package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"reflect"
	"strings"
)

const module = "github.com/spiffe/spire"

// Places of plugins and files in the module. The folder of a plugin has its name, without dashes and underscores.
var (
	files = map[string]string{"server": "cmd/spire-server/cli/run", "agent": "cmd/spire-agent/cli/run"}
	kinds = map[string]map[string]string{
		"server": {
			"BundlePublisher":   "pkg/server/plugin/bundlepublisher",
			"KeyManager":        "pkg/server/plugin/keymanager",
			"NodeAttestor":      "pkg/server/plugin/nodeattestor",
			"Notifier":          "pkg/server/plugin/notifier",
			"UpstreamAuthority": "pkg/server/plugin/upstreamauthority",
		},
		"agent": {
			"KeyManager":       "pkg/agent/plugin/keymanager",
			"NodeAttestor":     "pkg/agent/plugin/nodeattestor",
			"SVIDStore":        "pkg/agent/plugin/svidstore",
			"WorkloadAttestor": "pkg/agent/plugin/workloadattestor",
		},
	}
	// Since 1.15.3, and before.
	dataStores = [][2]string{
		{"pkg/server/datastore/sqlcommon", "Configuration"},
		{"pkg/server/datastore/sqlstore", "configuration"},
	}
	// Structs that code decodes a part into which the struct around it leaves open.
	parts = map[string][]string{
		"Profile":          {"bundleEndpointConfigProfile"},
		"DatabaseTypeNode": {"DBTypeConfig", "dbTypeConfig"},
	}
)

// A tree of keys. A leaf is "value" for a scalar or a list of them, and "any" where the struct leaves the form to other
// code; "*" stands for the keys of a map.
type tree = map[string]any

type source struct {
	structs map[string]*ast.StructType
	// Imported packages of this module, by the name they have in the file of each struct.
	imports map[string]map[string]string
	// Structs that a configuration's text is decoded into.
	decoded []string
}

type reader struct {
	root     string
	packages map[string]*source
}

func (r *reader) load(folder string) *source {
	if known, ok := r.packages[folder]; ok {
		return known
	}
	loaded := &source{structs: map[string]*ast.StructType{}, imports: map[string]map[string]string{}}
	r.packages[folder] = loaded
	entries, err := os.ReadDir(filepath.Join(r.root, folder))
	must(err)
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_windows.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(r.root, folder, name), nil, 0)
		must(err)
		imports := map[string]string{}
		for _, spec := range file.Imports {
			target := strings.Trim(spec.Path.Value, `"`)
			inside, ok := strings.CutPrefix(target, module+"/")
			if !ok {
				continue
			}
			as := path.Base(target)
			if spec.Name != nil {
				as = spec.Name.Name
			}
			imports[as] = inside
		}
		ast.Inspect(file, func(node ast.Node) bool {
			switch found := node.(type) {
			case *ast.TypeSpec:
				if fields, ok := found.Type.(*ast.StructType); ok {
					loaded.structs[found.Name.Name] = fields
					loaded.imports[found.Name.Name] = imports
				}
			case *ast.FuncDecl:
				loaded.decoded = append(loaded.decoded, decodedIn(found)...)
			}
			return true
		})
	}
	return loaded
}

// Names of the structs that a function decodes a text of HCL into.
func decodedIn(function *ast.FuncDecl) []string {
	made := map[string]string{}
	var decoded []string
	ast.Inspect(function, func(node ast.Node) bool {
		switch found := node.(type) {
		case *ast.AssignStmt:
			for index, left := range found.Lhs {
				if name, ok := left.(*ast.Ident); ok && index < len(found.Rhs) {
					made[name.Name] = madeOf(found.Rhs[index])
				}
			}
		case *ast.ValueSpec:
			for _, name := range found.Names {
				made[name.Name] = nameOf(found.Type)
			}
		case *ast.CallExpr:
			if called, ok := found.Fun.(*ast.SelectorExpr); ok && nameOf(called.X) == "hcl" && called.Sel.Name == "Decode" {
				target := found.Args[0]
				if pointer, ok := target.(*ast.UnaryExpr); ok {
					target = pointer.X
				}
				decoded = append(decoded, made[nameOf(target)])
			}
		}
		return true
	})
	return decoded
}

// The struct that an expression makes: new(T), &T{} or T{}.
func madeOf(made ast.Expr) string {
	switch expression := made.(type) {
	case *ast.CallExpr:
		if nameOf(expression.Fun) == "new" {
			return nameOf(expression.Args[0])
		}
	case *ast.UnaryExpr:
		return madeOf(expression.X)
	case *ast.CompositeLit:
		return nameOf(expression.Type)
	}
	return ""
}

func nameOf(expression ast.Expr) string {
	if name, ok := expression.(*ast.Ident); ok {
		return name.Name
	}
	return ""
}

func (r *reader) keysOf(folder, name string) tree {
	of := r.load(folder)
	keys := tree{}
	for _, field := range of.structs[name].Fields.List {
		if field.Tag == nil {
			continue
		}
		tag := reflect.StructTag(strings.Trim(field.Tag.Value, "`")).Get("hcl")
		key, options, _ := strings.Cut(tag, ",")
		switch {
		case strings.Contains(options, "squash"):
			for inner, of := range r.valueOf(folder, name, field.Type).(tree) {
				keys[inner] = of
			}
		case r.partOf(of, field) != "":
			keys[key] = r.keysOf(folder, r.partOf(of, field))
		case key != "" && key != "-":
			keys[key] = r.valueOf(folder, name, field.Type)
		}
	}
	return keys
}

// The struct that a field of open form is decoded into, or "".
func (r *reader) partOf(of *source, field *ast.Field) string {
	if len(field.Names) == 1 {
		for _, name := range parts[field.Names[0].Name] {
			if _, ok := of.structs[name]; ok {
				return name
			}
		}
	}
	return ""
}

func (r *reader) valueOf(folder, within string, expression ast.Expr) any {
	switch of := expression.(type) {
	case *ast.StarExpr:
		return r.valueOf(folder, within, of.X)
	case *ast.ArrayType:
		return r.valueOf(folder, within, of.Elt)
	case *ast.MapType:
		return tree{"*": r.valueOf(folder, within, of.Value)}
	case *ast.Ident:
		if _, ok := r.load(folder).structs[of.Name]; ok {
			return r.keysOf(folder, of.Name)
		}
		return "value"
	case *ast.SelectorExpr:
		target, ok := r.load(folder).imports[within][nameOf(of.X)]
		if !ok {
			return "any"
		}
		if _, ok := r.load(target).structs[of.Sel.Name]; ok {
			return r.keysOf(target, of.Sel.Name)
		}
		return "value"
	}
	return "any"
}

// The keys of everything that a folder's code decodes, one struct over the other.
func (r *reader) decodedBy(folder string) tree {
	keys := tree{}
	for _, name := range r.load(folder).decoded {
		if name == "" {
			panic(fmt.Sprintf("%s decodes into something that is not understood", folder))
		}
		for key, value := range r.keysOf(folder, name) {
			keys[key] = value
		}
	}
	return keys
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// What both programs of a release read.
func read(version string) tree {
	answer, err := exec.Command("go", "mod", "download", "-json", module+"@v"+version).Output()
	must(err)
	var downloaded struct{ Dir string }
	must(json.Unmarshal(answer, &downloaded))
	r := &reader{root: downloaded.Dir, packages: map[string]*source{}}
	release := tree{}
	for program, folder := range files {
		plugins := tree{}
		for kind, folder := range kinds[program] {
			found := tree{}
			entries, err := os.ReadDir(filepath.Join(r.root, folder))
			must(err)
			for _, entry := range entries {
				if entry.IsDir() && entry.Name() != "common" && entry.Name() != "base" && entry.Name() != "test" {
					found[entry.Name()] = r.decodedBy(path.Join(folder, entry.Name()))
				}
			}
			plugins[kind] = found
		}
		if program == "server" {
			for _, store := range dataStores {
				if _, err := os.Stat(filepath.Join(r.root, store[0])); err == nil {
					plugins["DataStore"] = tree{"sql": r.keysOf(store[0], store[1])}
					break
				}
			}
		}
		release[program] = tree{"file": r.keysOf(folder, "Config"), "plugins": plugins}
	}
	return release
}

func main() {
	if len(os.Args) < 2 {
		must(fmt.Errorf("the releases are missing: npm run spire:configuration -- 1.15.2"))
	}
	releases := tree{}
	for _, version := range os.Args[1:] {
		releases[version] = read(version)
	}
	must(json.NewEncoder(os.Stdout).Encode(tree{"source": "https://" + module, "releases": releases}))
}
