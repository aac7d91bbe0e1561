// Writes the built-in API of Kubernetes as compact JSON: the kinds that each group and version serves, with the minor
// releases that brought and removed them, and the fields of every type. The source is the Go types of the API itself.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"runtime/debug"
	"sort"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apiextensionsv1beta1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1beta1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	apiregistrationv1 "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
	apiregistrationv1beta1 "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1beta1"
)

// Codes of what is no object. `s` text, `b` boolean, `i` and `l` whole numbers of 32 and 64 bits, `n` number, `q`
// quantity, `o` whole number or text, `t` time, `d` duration, `y` base64, `x` anything. A number refers to a type; `*` stands
// before the code of a list's items, `%` before that of a map's values.
var special = map[reflect.Type]string{
	reflect.TypeOf(resource.Quantity{}):    "q",
	reflect.TypeOf(intstr.IntOrString{}):   "o",
	reflect.TypeOf(metav1.Time{}):          "t",
	reflect.TypeOf(metav1.MicroTime{}):     "t",
	reflect.TypeOf(metav1.Duration{}):      "d",
	reflect.TypeOf(metav1.FieldsV1{}):      "x",
	reflect.TypeOf(runtime.RawExtension{}): "x",
}

var (
	unmarshaler = reflect.TypeOf((*json.Unmarshaler)(nil)).Elem()
	objectMeta  = reflect.TypeOf(metav1.ObjectMeta{})
	listMeta    = reflect.TypeOf(metav1.ListMeta{})
	byteSlice   = reflect.TypeOf([]byte{})
)

type writer struct {
	indexes map[reflect.Type]int
	types   []string
}

func (w *writer) code(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		return w.code(t.Elem())
	}
	if code, ok := special[t]; ok {
		return code
	}
	if t == byteSlice {
		return "y"
	}
	if reflect.PointerTo(t).Implements(unmarshaler) {
		return "x"
	}
	switch t.Kind() {
	case reflect.String:
		return "s"
	case reflect.Bool:
		return "b"
	case reflect.Int32, reflect.Uint32, reflect.Int16, reflect.Uint16, reflect.Int8, reflect.Uint8:
		return "i"
	case reflect.Int, reflect.Int64, reflect.Uint64:
		return "l"
	case reflect.Float32, reflect.Float64:
		return "n"
	case reflect.Slice:
		return "*" + w.code(t.Elem())
	case reflect.Map:
		return "%" + w.code(t.Elem())
	case reflect.Struct:
		return fmt.Sprint(w.index(t))
	default:
		return "x"
	}
}

func (w *writer) index(t reflect.Type) int {
	if index, ok := w.indexes[t]; ok {
		return index
	}
	index := len(w.types)
	w.indexes[t] = index
	w.types = append(w.types, "")
	w.types[index] = strings.Join(w.fields(t), " ")
	return index
}

func (w *writer) fields(t reflect.Type) []string {
	var fields []string
	for i := range t.NumField() {
		field := t.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Anonymous && (name == "" || strings.Contains(options, "inline")) {
			inner := field.Type
			if inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			fields = append(fields, w.fields(inner)...)
		} else if name != "" && name != "-" && field.IsExported() {
			fields = append(fields, name+":"+w.code(field.Type))
		}
	}
	return fields
}

type lifecycled interface {
	APILifecycleIntroduced() (major, minor int)
	APILifecycleRemoved() (major, minor int)
}

// Kind is a type with the first minor release that serves it and the first that no longer does; 0 where neither is known.
func (w *writer) kind(t reflect.Type) []int {
	kind := []int{w.index(t), 0, 0}
	if object, ok := reflect.New(t).Interface().(lifecycled); ok {
		_, kind[1] = object.APILifecycleIntroduced()
		_, kind[2] = object.APILifecycleRemoved()
	}
	return kind
}

func isServed(t reflect.Type) bool {
	for i := range t.NumField() {
		if field := t.Field(i).Type; field == objectMeta || field == listMeta {
			return true
		}
	}
	return false
}

func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == "k8s.io/api" {
			return "v1" + strings.TrimPrefix(module.Version, "v0")
		}
	}
	return ""
}

func main() {
	w := &writer{indexes: map[reflect.Type]int{}}
	served := map[string]map[string][]int{}
	utilruntime.Must(apiextensionsv1.AddToScheme(scheme.Scheme))
	utilruntime.Must(apiextensionsv1beta1.AddToScheme(scheme.Scheme))
	utilruntime.Must(apiregistrationv1.AddToScheme(scheme.Scheme))
	utilruntime.Must(apiregistrationv1beta1.AddToScheme(scheme.Scheme))
	all := scheme.Scheme.AllKnownTypes()
	var names []string
	byName := map[string]reflect.Type{}
	for gvk, t := range all {
		isList := strings.HasSuffix(gvk.Kind, "List")
		if gvk.Version != runtime.APIVersionInternal && !isList && t.Kind() == reflect.Struct && isServed(t) {
			name := gvk.GroupVersion().String() + " " + gvk.Kind
			names = append(names, name)
			byName[name] = t
		}
	}
	sort.Strings(names)
	for _, name := range names {
		group, kind, _ := strings.Cut(name, " ")
		if served[group] == nil {
			served[group] = map[string][]int{}
		}
		served[group][kind] = w.kind(byName[name])
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(map[string]any{"version": version(), "kinds": served, "types": w.types}); err != nil {
		panic(err)
	}
}
