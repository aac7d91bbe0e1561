package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

// The first minor release whose API is read; the modules had no such versions before it.
const oldest = 17

// The modules that hold the API, by their import paths.
var modules = []string{
	"k8s.io/api", "k8s.io/apimachinery", "k8s.io/apiextensions-apiserver", "k8s.io/kube-aggregator",
}

// Folders of Go packages that register kinds.
var roots = []string{
	"k8s.io/api/*/*",
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v*",
	"k8s.io/kube-aggregator/pkg/apis/apiregistration/v*",
}

// Release is the source of the API in one minor release.
type release struct {
	minor    int
	folders  map[string]string
	packages map[string]*source
}

// Source is what is declared in one package.
type source struct {
	types   map[string]declared
	values  map[string][]value
	methods map[string]*ast.FuncDecl
	// The types that are given to the scheme, and the constants by name.
	registered []string
	texts      map[string]string
}

// Value is what a constant of some type is declared to be.
type value struct {
	expression ast.Expr
	imports    map[string]string
}

type declared struct {
	spec    *ast.TypeSpec
	imports map[string]string
	isEnum  bool
}

// Download brings one version of some modules into Go's cache, checked by Go's own sums, and says where each stands.
func download(wanted ...string) map[string]string {
	command := exec.Command("go", append([]string{"mod", "download", "-json"}, wanted...)...)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		panic(err)
	}
	folders := map[string]string{}
	for decoder := json.NewDecoder(bytes.NewReader(out)); decoder.More(); {
		var module struct{ Path, Version, Dir string }
		if err := decoder.Decode(&module); err != nil {
			panic(err)
		}
		folders[module.Path+"@"+module.Version] = module.Dir
	}
	return folders
}

// History reads the first patch of every minor release up to the newest, the oldest first.
func history(newest int) []*release {
	var wanted []string
	for minor := oldest; minor <= newest; minor++ {
		for _, module := range modules {
			wanted = append(wanted, fmt.Sprintf("%s@v0.%d.0", module, minor))
		}
	}
	folders := download(wanted...)
	var releases []*release
	for minor := oldest; minor <= newest; minor++ {
		r := &release{minor: minor, folders: map[string]string{}, packages: map[string]*source{}}
		for _, module := range modules {
			r.folders[module] = folders[fmt.Sprintf("%s@v0.%d.0", module, minor)]
		}
		releases = append(releases, r)
	}
	return releases
}

// Folder is where the source of a package stands; empty where no module of the API holds it.
func (r *release) folder(path string) string {
	for module, folder := range r.folders {
		if strings.HasPrefix(path, module+"/") {
			return filepath.Join(folder, strings.TrimPrefix(path, module+"/"))
		}
	}
	return ""
}

// Roots lists the packages that may register kinds.
func (r *release) roots() []string {
	var paths []string
	for _, pattern := range roots {
		parts := strings.SplitN(pattern, "/", 3)
		module := parts[0] + "/" + parts[1]
		found, _ := filepath.Glob(filepath.Join(r.folders[module], parts[2], "register.go"))
		for _, file := range found {
			inside, _ := filepath.Rel(r.folders[module], filepath.Dir(file))
			paths = append(paths, module+"/"+filepath.ToSlash(inside))
		}
	}
	sort.Strings(paths)
	return paths
}

// Read gives the declarations of a package; none where it is outside the modules of the API.
func (r *release) read(path string) *source {
	if found, ok := r.packages[path]; ok {
		return found
	}
	s := &source{
		types: map[string]declared{}, values: map[string][]value{},
		methods: map[string]*ast.FuncDecl{}, texts: map[string]string{},
	}
	r.packages[path] = s
	files, _ := filepath.Glob(filepath.Join(r.folder(path), "*.go"))
	for _, name := range files {
		base := filepath.Base(name)
		if strings.HasSuffix(base, "_test.go") || base == "generated.pb.go" || strings.Contains(base, "deepcopy") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			panic(err)
		}
		s.take(file)
	}
	return s
}

func (s *source) take(file *ast.File) {
	imports := map[string]string{}
	for _, spec := range file.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		name := path[strings.LastIndex(path, "/")+1:]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		imports[name] = path
	}
	for _, declaration := range file.Decls {
		switch d := declaration.(type) {
		case *ast.FuncDecl:
			if d.Recv != nil {
				s.methods[named(d.Recv.List[0].Type)+"."+d.Name.Name] = d
			}
			s.register(d)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch one := spec.(type) {
				case *ast.TypeSpec:
					isEnum := hasMarker(d.Doc, "+enum") || hasMarker(one.Doc, "+enum")
					s.types[one.Name.Name] = declared{one, imports, isEnum}
				case *ast.ValueSpec:
					s.constants(one, imports)
				}
			}
		}
	}
}

// Constants notes texts by their names, and by the name of their type, of which they are the values.
func (s *source) constants(spec *ast.ValueSpec, imports map[string]string) {
	for i, expression := range spec.Values {
		kind := named(spec.Type)
		if call, ok := expression.(*ast.CallExpr); ok && len(call.Args) == 1 {
			kind, expression = named(call.Fun), call.Args[0]
		}
		if text, ok := textOf(expression); ok {
			s.texts[spec.Names[i].Name] = text
		}
		s.values[kind] = append(s.values[kind], value{expression, imports})
	}
}

func textOf(expression ast.Expr) (string, bool) {
	literal, ok := expression.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(literal.Value)
	return text, err == nil
}

// Enumeration gives the values that an enumerated type has; none where one of them is not written as a text.
func (r *release) enumeration(path, name string) []field {
	var values []field
	source := r.read(path)
	for _, one := range source.values[name] {
		text, ok := textOf(one.expression)
		if selector, isOther := one.expression.(*ast.SelectorExpr); isOther {
			text, ok = r.read(one.imports[named(selector.X)]).texts[selector.Sel.Name]
		}
		if !ok {
			return nil
		}
		values = append(values, field{name: text})
	}
	return values
}

// Register notes the types in calls of AddKnownTypes.
func (s *source) register(function *ast.FuncDecl) {
	ast.Inspect(function, func(node ast.Node) bool {
		call, ok := node.(*ast.CallExpr)
		if !ok {
			return true
		}
		selector, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || selector.Sel.Name != "AddKnownTypes" {
			return true
		}
		for _, argument := range call.Args {
			if address, ok := argument.(*ast.UnaryExpr); ok {
				if literal, ok := address.X.(*ast.CompositeLit); ok {
					s.registered = append(s.registered, named(literal.Type))
				}
			}
		}
		return true
	})
}

// Named is the name of a type without its package or pointer.
func named(expression ast.Expr) string {
	switch e := expression.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.StarExpr:
		return named(e.X)
	default:
		return ""
	}
}

func hasMarker(doc *ast.CommentGroup, marker string) bool {
	if doc != nil {
		for _, comment := range doc.List {
			if strings.TrimSpace(strings.TrimPrefix(comment.Text, "//")) == marker {
				return true
			}
		}
	}
	return false
}
