// Writes the built-in API of Kubernetes as compact JSON: the kinds that each group and version serves, the fields of every
// type, and the values of enumerations, each with the minor releases that brought and removed it, and with the feature gate
// that it needs. The source is the Go types of the API itself, of every minor release.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"runtime/debug"
	"sort"
	"strconv"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apiextensionsv1beta1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1beta1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	apiregistrationv1 "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
	apiregistrationv1beta1 "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1beta1"
)

// Newest is the version that this module is built with.
func newest() (version string, minor int) {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == "k8s.io/api" {
			version = "v1" + strings.TrimPrefix(module.Version, "v0")
			minor, _ = strconv.Atoi(strings.Split(version, ".")[1])
		}
	}
	return version, minor
}

// Registered lists the kinds of the newest release as its own scheme has them.
func registered() map[string][2]string {
	utilruntime.Must(apiextensionsv1.AddToScheme(scheme.Scheme))
	utilruntime.Must(apiextensionsv1beta1.AddToScheme(scheme.Scheme))
	utilruntime.Must(apiregistrationv1.AddToScheme(scheme.Scheme))
	utilruntime.Must(apiregistrationv1beta1.AddToScheme(scheme.Scheme))
	kinds := map[string][2]string{}
	for gvk, t := range scheme.Scheme.AllKnownTypes() {
		// Lists, and the Status that answers a request, are no objects of their own.
		isOwn := !strings.HasSuffix(gvk.Kind, "List") && t != reflect.TypeOf(metav1.Status{})
		if gvk.Version != runtime.APIVersionInternal && isOwn && t.Kind() == reflect.Struct && isServed(t) {
			kinds[gvk.GroupVersion().String()+" "+gvk.Kind] = [2]string{t.PkgPath(), t.Name()}
		}
	}
	return kinds
}

var (
	objectMeta = reflect.TypeOf(metav1.ObjectMeta{})
	listMeta   = reflect.TypeOf(metav1.ListMeta{})
)

func isServed(t reflect.Type) bool {
	for i := range t.NumField() {
		if field := t.Field(i).Type; field == objectMeta || field == listMeta {
			return true
		}
	}
	return false
}

// Kind is a kind over all releases.
type kind struct {
	code         string
	first, last  int
	since, until int
}

// Writer numbers types and enumerations in the order in which kinds and their fields lead to them.
type writer struct {
	*model
	gates   map[string]int
	numbers map[string]int
	types   []string
	enums   [][]string
	used    map[string]int
}

// Span is `@since-until`, without what holds for as long as its owner is there.
func (w *writer) span(owner *merged, f *field) string {
	since, until := "", ""
	if f.first > owner.first {
		since = fmt.Sprint(f.first)
	}
	if f.last < owner.last {
		until = fmt.Sprint("-", f.last+1)
	}
	if since+until == "" {
		return ""
	}
	return "@" + since + until
}

func (w *writer) number(code string) string {
	at := strings.IndexAny(code, "#=")
	if at < 0 {
		return code
	}
	name := code[at+1:]
	number, ok := w.numbers[code[at:]]
	if !ok && code[at] == '#' {
		number = len(w.types)
		w.numbers[code[at:]] = number
		w.types = append(w.types, "")
		w.types[number] = w.fields(w.model.types[name])
	} else if !ok {
		number = len(w.enums)
		w.numbers[code[at:]] = number
		var values []string
		for _, value := range w.model.enums[name].fields {
			values = append(values, value.name+w.span(w.model.enums[name], value))
		}
		w.enums = append(w.enums, values)
	}
	if code[at] == '=' {
		return code[:at] + "e" + fmt.Sprint(number)
	}
	return code[:at] + fmt.Sprint(number)
}

func (w *writer) fields(of *merged) string {
	var fields []string
	for _, f := range of.fields {
		text := f.name + ":" + w.number(f.code) + w.span(of, f)
		if on, ok := w.gates[f.gate]; ok && on > max(f.first, oldest) || ok && on == 0 {
			text += "!" + f.gate
			w.used[f.gate] = on
		}
		fields = append(fields, text)
	}
	return strings.Join(fields, " ")
}

func main() {
	version, minor := newest()
	all := &model{types: map[string]*merged{}, enums: map[string]*merged{}}
	kinds := map[string]*kind{}
	known := registered()
	for _, release := range history(minor) {
		r := reader{all, release}
		found := r.kinds()
		if release.minor == minor {
			compare(found, known)
		}
		for name, declared := range found {
			if kinds[name] == nil {
				kinds[name] = &kind{first: release.minor}
			}
			one := kinds[name]
			one.last, one.code = release.minor, r.named(declared[0], declared[1])
			one.since = r.lifecycle(declared[0], declared[1], "Introduced")
			one.until = r.lifecycle(declared[0], declared[1], "Removed")
		}
	}
	w := &writer{model: all, gates: gates(minor), numbers: map[string]int{}, used: map[string]int{}}
	served := map[string]map[string]json.RawMessage{}
	for name, one := range kinds {
		// The bodies of requests and answers have packages too, and are of no scheme.
		if _, ok := known[name]; !ok && one.last == minor {
			delete(kinds, name)
		}
	}
	for _, name := range sorted(kinds) {
		group, kind, _ := strings.Cut(name, " ")
		if served[group] == nil {
			served[group] = map[string]json.RawMessage{}
		}
		one := kinds[name]
		if one.since == 0 && one.first > oldest {
			one.since = one.first
		}
		if one.last < minor && (one.until == 0 || one.until > one.last+1) {
			one.until = one.last + 1
		}
		served[group][kind] = json.RawMessage(fmt.Sprintf("[%s,%d,%d]", w.number(one.code), one.since, one.until))
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(map[string]any{
		"version": version, "oldest": oldest, "kinds": served, "types": w.types, "enums": w.enums, "gates": w.used,
	}); err != nil {
		panic(err)
	}
}

// Compare holds what is read from source to what the newest release itself registers.
func compare(read, registered map[string][2]string) {
	for name := range registered {
		if read[name] != registered[name] {
			panic(fmt.Sprintf("%s is read as %v, and registered as %v", name, read[name], registered[name]))
		}
	}
}

func sorted(kinds map[string]*kind) []string {
	var names []string
	for name := range kinds {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
