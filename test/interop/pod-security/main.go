// Judges pods by the Pod Security Standards with the API server's own code, k8s.io/pod-security-admission.
//
// Standard input holds one question a line, as JSON: an object and versions of the standards. Standard output gets one JSON
// array a line, with the verdict of each version.
package main

import (
	"encoding/json"
	"fmt"
	"log"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/pod-security-admission/admission"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"x0tta6bl4.test/interop/lines"
)

// Question is about one object that carries a pod.
type Question struct {
	Object   json.RawMessage `json:"object"`
	Versions []string        `json:"versions"`
}

// Verdict is that of one version of the standards.
type Verdict struct {
	Baseline   bool `json:"baseline"`
	Restricted bool `json:"restricted"`
	// Checks that forbid the pod by themselves, each at its own level.
	Checks []policy.CheckID `json:"checks"`
}

// judge knows the standards as a whole, and each check by itself: what the whole says names no check.
type judge struct {
	whole policy.Evaluator
	alone []check
}

type check struct {
	id        policy.CheckID
	level     api.Level
	evaluator policy.Evaluator
}

func newJudge() (*judge, error) {
	whole, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return nil, err
	}
	j := &judge{whole: whole}
	for _, one := range policy.DefaultChecks() {
		evaluator, err := policy.NewEvaluator([]policy.Check{one}, nil)
		if err != nil {
			return nil, err
		}
		j.alone = append(j.alone, check{id: one.ID, level: one.Level, evaluator: evaluator})
	}
	return j, nil
}

func allows(evaluator policy.Evaluator, level api.Level, version api.Version, meta *metav1.ObjectMeta, spec *corev1.PodSpec) bool {
	results := evaluator.EvaluatePod(api.LevelVersion{Level: level, Version: version}, meta, spec)
	return policy.AggregateCheckResults(results).Allowed
}

func (j *judge) answer(question Question) ([]Verdict, error) {
	object, _, err := scheme.Codecs.UniversalDeserializer().Decode(question.Object, nil, nil)
	if err != nil {
		return nil, err
	}
	meta, spec, err := admission.DefaultPodSpecExtractor{}.ExtractPodSpec(object)
	if err != nil {
		return nil, err
	}
	verdicts := make([]Verdict, 0, len(question.Versions))
	for _, text := range question.Versions {
		version, err := api.ParseVersion(text)
		if err != nil {
			return nil, err
		}
		verdict := Verdict{
			Baseline:   allows(j.whole, api.LevelBaseline, version, meta, spec),
			Restricted: allows(j.whole, api.LevelRestricted, version, meta, spec),
			Checks:     []policy.CheckID{},
		}
		for _, one := range j.alone {
			if !allows(one.evaluator, one.level, version, meta, spec) {
				verdict.Checks = append(verdict.Checks, one.id)
			}
		}
		verdicts = append(verdicts, verdict)
	}
	return verdicts, nil
}

func main() {
	judge, err := newJudge()
	if err != nil {
		log.Fatal(err)
	}
	lines.Main(func(question Question) ([]Verdict, error) {
		verdicts, err := judge.answer(question)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", question.Object, err)
		}
		return verdicts, nil
	})
}
