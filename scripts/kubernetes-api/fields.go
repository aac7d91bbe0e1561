package main

import (
	"fmt"
	"go/ast"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Codes of what is no object. `s` text, `b` boolean, `i` and `l` whole numbers of 32 and 64 bits, `n` number, `q`
// quantity, `o` whole number or text, `t` time, `d` duration, `y` base64, `x` anything. A number refers to a type and `e`
// with a number to an enumeration; `*` stands before the code of a list's items, `%` before that of a map's values.
var special = map[string]string{
	"k8s.io/apimachinery/pkg/api/resource.Quantity":   "q",
	"k8s.io/apimachinery/pkg/util/intstr.IntOrString": "o",
	"k8s.io/apimachinery/pkg/apis/meta/v1.Time":       "t",
	"k8s.io/apimachinery/pkg/apis/meta/v1.MicroTime":  "t",
	"k8s.io/apimachinery/pkg/apis/meta/v1.Duration":   "d",
	"k8s.io/apimachinery/pkg/apis/meta/v1.FieldsV1":   "x",
	"k8s.io/apimachinery/pkg/runtime.RawExtension":    "x",
	"string":  "s",
	"bool":    "b",
	"int8":    "i",
	"int16":   "i",
	"int32":   "i",
	"uint8":   "i",
	"uint16":  "i",
	"uint32":  "i",
	"int":     "l",
	"int64":   "l",
	"uint64":  "l",
	"float32": "n",
	"float64": "n",
}

// Field is a field of a type, or a value of an enumeration, with the minor releases that have it.
type field struct {
	name, code, gate string
	first, last      int
}

// Merged is a type or an enumeration over all releases.
type merged struct {
	fields      []*field
	first, last int
}

// Model is the API of all releases. A code in it refers to a type as `#` and its name, and to an enumeration as `=` and its.
type model struct {
	types map[string]*merged
	enums map[string]*merged
}

func (m *merged) take(minor int, fields []field) {
	if m.first == 0 {
		m.first = minor
	}
	m.last = minor
	for _, f := range fields {
		at := slices.IndexFunc(m.fields, func(known *field) bool { return known.name == f.name })
		if at < 0 {
			f.first = minor
			m.fields = append(m.fields, &f)
			at = len(m.fields) - 1
		}
		m.fields[at].last, m.fields[at].code = minor, f.code
		if f.gate != "" {
			m.fields[at].gate = f.gate
		}
	}
}

// Reader adds the types of one release to a model.
type reader struct {
	*model
	*release
}

func (r reader) code(expression ast.Expr, path string, imports map[string]string) string {
	switch e := expression.(type) {
	case *ast.StarExpr:
		return r.code(e.X, path, imports)
	case *ast.ArrayType:
		if named(e.Elt) == "byte" {
			return "y"
		}
		return "*" + r.code(e.Elt, path, imports)
	case *ast.MapType:
		return "%" + r.code(e.Value, path, imports)
	case *ast.Ident:
		if code, ok := special[e.Name]; ok {
			return code
		}
		return r.named(path, e.Name)
	case *ast.SelectorExpr:
		return r.named(imports[named(e.X)], e.Sel.Name)
	default:
		return "x"
	}
}

func (r reader) named(path, name string) string {
	full := path + "." + name
	if code, ok := special[full]; ok {
		return code
	}
	source := r.read(path)
	found, ok := source.types[name]
	if !ok || source.methods[name+".UnmarshalJSON"] != nil {
		return "x"
	}
	if _, ok := found.spec.Type.(*ast.StructType); ok {
		r.object(path, name)
		return "#" + full
	}
	if values := r.enumeration(path, name); found.isEnum && len(values) > 0 {
		if r.enums[full] == nil {
			r.enums[full] = &merged{}
		}
		r.enums[full].take(r.minor, values)
		return "=" + full
	}
	return r.code(found.spec.Type, path, found.imports)
}

// Object adds a type of fields to the model.
func (r reader) object(path, name string) {
	full := path + "." + name
	known := r.types[full]
	if known == nil {
		known = &merged{}
		r.types[full] = known
	}
	if known.last != r.minor {
		known.last = r.minor
		known.take(r.minor, r.fields(path, name))
	}
}

func (r reader) fields(path, name string) []field {
	found := r.read(path).types[name]
	if other, ok := found.spec.Type.(*ast.SelectorExpr); ok {
		return r.fields(found.imports[named(other.X)], other.Sel.Name)
	}
	var fields []field
	for _, declared := range found.spec.Type.(*ast.StructType).Fields.List {
		tag := ""
		if declared.Tag != nil {
			text, _ := strconv.Unquote(declared.Tag.Value)
			tag = reflect.StructTag(text).Get("json")
		}
		name, options, _ := strings.Cut(tag, ",")
		if len(declared.Names) == 0 && (name == "" || strings.Contains(options, "inline")) {
			inner := declared.Type
			if star, ok := inner.(*ast.StarExpr); ok {
				inner = star.X
			}
			if selector, ok := inner.(*ast.SelectorExpr); ok {
				fields = append(fields, r.fields(found.imports[named(selector.X)], selector.Sel.Name)...)
			} else {
				fields = append(fields, r.fields(path, named(inner))...)
			}
		} else if name != "" && name != "-" && (len(declared.Names) == 0 || declared.Names[0].IsExported()) {
			code := r.code(declared.Type, path, found.imports)
			fields = append(fields, field{name: name, code: code, gate: gateOf(declared.Doc)})
		}
	}
	return fields
}

// How the comments of the API name the feature gate without which the API server drops a field.
var gate = regexp.MustCompile(`\+featureGate=(\w+)|(?:enable|enables|enabling|requires|require|requiring) (?:the )?([A-Z]\w+) feature`)

func gateOf(doc *ast.CommentGroup) string {
	if doc == nil {
		return ""
	}
	marker := ""
	for _, comment := range doc.List {
		marker += strings.TrimPrefix(comment.Text, "//")
	}
	match := gate.FindStringSubmatch(strings.Join(strings.Fields(marker), " "))
	if match == nil {
		return ""
	}
	return match[1] + match[2]
}

// Kinds lists what a release registers, as API version and kind with the name of its type.
func (r reader) kinds() map[string][2]string {
	kinds := map[string][2]string{}
	for _, path := range r.roots() {
		source := r.read(path)
		version := path[strings.LastIndex(path, "/")+1:]
		group := source.texts["GroupName"]
		if group != "" {
			version = group + "/" + version
		}
		for _, name := range source.registered {
			if found, ok := source.types[name]; ok && !strings.HasSuffix(name, "List") && hasMetadata(found.spec.Type) {
				kinds[version+" "+name] = [2]string{path, name}
			}
		}
	}
	return kinds
}

func hasMetadata(expression ast.Expr) bool {
	object, ok := expression.(*ast.StructType)
	return ok && slices.ContainsFunc(object.Fields.List, func(f *ast.Field) bool {
		selector, ok := f.Type.(*ast.SelectorExpr)
		return ok && (selector.Sel.Name == "ObjectMeta" || selector.Sel.Name == "ListMeta")
	})
}

// Lifecycle is a number that a method of a kind returns, such as the minor release that removes it; 0 without it.
func (r reader) lifecycle(path, name, what string) int {
	method := r.read(path).methods[name+".APILifecycle"+what]
	if method == nil {
		return 0
	}
	minor := 0
	ast.Inspect(method.Body, func(node ast.Node) bool {
		if result, ok := node.(*ast.ReturnStmt); ok && len(result.Results) == 2 {
			minor, _ = strconv.Atoi(fmt.Sprint(result.Results[1].(*ast.BasicLit).Value))
		}
		return true
	})
	return minor
}
