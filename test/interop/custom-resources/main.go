// Answers, for each line of JSON with a schema and an object, whether apiextensions-apiserver takes the object, as the API
// server has it validate what is created: unknown fields, defaults, the schema, lists that are sets or maps, and rules.
package main

import (
	"context"
	"encoding/json"
	"sort"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	v1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/validation/field"
	apiservercel "k8s.io/apiserver/pkg/apis/cel"
	"x0tta6bl4.test/interop/lines"
)

type question struct {
	Schema json.RawMessage
	Object json.RawMessage
}

type answer struct {
	// Broken says that no definition may hold the schema.
	Broken  string   `json:"broken,omitempty"`
	Dropped []string `json:"dropped"`
	Errors  []string `json:"errors"`
}

func judge(q question) answer {
	var written v1.JSONSchemaProps
	if err := json.Unmarshal(q.Schema, &written); err != nil {
		return answer{Broken: err.Error()}
	}
	var props apiextensions.JSONSchemaProps
	if err := v1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(&written, &props, nil); err != nil {
		return answer{Broken: err.Error()}
	}
	structural, err := schema.NewStructural(&props)
	if err != nil {
		return answer{Broken: err.Error()}
	}
	if errs := schema.ValidateStructural(nil, structural); len(errs) > 0 {
		return answer{Broken: errs.ToAggregate().Error()}
	}
	validator, _, err := validation.NewSchemaValidator(&props)
	if err != nil {
		return answer{Broken: err.Error()}
	}
	var object map[string]interface{}
	if err := utiljson.Unmarshal(q.Object, &object); err != nil {
		return answer{Broken: err.Error()}
	}
	dropped := pruning.PruneWithOptions(object, structural, true, schema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})
	defaulting.PruneNonNullableNullsWithoutDefaults(object, structural)
	defaulting.Default(object, structural)
	errs := validation.ValidateCustomResource(nil, object, validator)
	errs = append(errs, listtype.ValidateListSetsAndMaps(nil, structural, object)...)
	if len(errs) == 0 {
		if rules := cel.NewValidator(structural, true, apiservercel.PerCallLimit); rules != nil {
			errs, _ = rules.Validate(context.Background(), nil, structural, object, nil, apiservercel.RuntimeCELCostBudget)
		}
	}
	return answer{Dropped: dropped, Errors: told(errs)}
}

func told(errs field.ErrorList) []string {
	texts := []string{}
	for _, err := range errs {
		texts = append(texts, err.Error())
	}
	sort.Strings(texts)
	return texts
}

func main() {
	lines.Main(func(q question) (answer, error) { return judge(q), nil })
}
