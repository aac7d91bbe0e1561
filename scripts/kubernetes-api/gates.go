package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
)

// Gates says of each feature gate of a release since which minor release it is on by default; 0 where it is off. Gates that
// this release no longer has are not among them.
func gates(newest int) map[string]int {
	version := fmt.Sprintf("k8s.io/kubernetes@v1.%d.0", newest)
	name := filepath.Join(download(version)[version], "pkg/features/kube_features.go")
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		panic(err)
	}
	found := map[string]int{}
	ast.Inspect(file, func(node ast.Node) bool {
		entry, ok := node.(*ast.KeyValueExpr)
		if !ok {
			return true
		}
		key, isName := entry.Key.(*ast.Ident)
		specs, isList := entry.Value.(*ast.CompositeLit)
		if !isName || !isList || specs.Type != nil {
			return true
		}
		on, any := 0, false
		for _, spec := range specs.Elts {
			since, isOn, ok := specOf(spec)
			if !ok {
				return true
			}
			any = true
			switch {
			case !isOn:
				on = 0
			case on == 0:
				on = since
			}
		}
		if any {
			found[key.Name] = on
		}
		return true
	})
	return found
}

// SpecOf reads `{Version: version.MustParse("1.30"), Default: true, …}`.
func specOf(expression ast.Expr) (since int, isOn, ok bool) {
	literal, isLiteral := expression.(*ast.CompositeLit)
	if !isLiteral {
		return
	}
	for _, element := range literal.Elts {
		entry, isEntry := element.(*ast.KeyValueExpr)
		if !isEntry {
			return
		}
		switch named(entry.Key) {
		case "Default":
			isOn = named(entry.Value) == "true"
		case "Version":
			call, isCall := entry.Value.(*ast.CallExpr)
			if !isCall {
				return
			}
			text, _ := strconv.Unquote(call.Args[0].(*ast.BasicLit).Value)
			since, _ = strconv.Atoi(strings.TrimPrefix(text, "1."))
			ok = true
		}
	}
	return
}
