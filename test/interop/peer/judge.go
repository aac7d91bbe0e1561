package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/spiffe/go-spiffe/v2/bundle/jwtbundle"
	"github.com/spiffe/go-spiffe/v2/bundle/spiffebundle"
	"github.com/spiffe/go-spiffe/v2/bundle/x509bundle"
	"github.com/spiffe/go-spiffe/v2/spiffeid"
	"github.com/spiffe/go-spiffe/v2/svid/jwtsvid"
	"github.com/spiffe/go-spiffe/v2/svid/x509svid"
	"x0tta6bl4.test/interop/lines"
)

// question is one case of the differential test; its kind says which of the members count.
type question struct {
	Kind        string                     `json:"kind"`
	Text        string                     `json:"text"`
	Chain       [][]byte                   `json:"chain"`
	Authorities map[string][][]byte        `json:"authorities"`
	At          int64                      `json:"at"`
	Audience    []string                   `json:"audience"`
	Documents   map[string]json.RawMessage `json:"documents"`
}

// judge answers each line of standard input with one of its own: what go-spiffe reads of the case, or why it refuses.
func judge(context.Context, []string) error {
	return lines.Answer(func(asked question) (map[string]any, error) {
		value, err := decide(asked)
		if err != nil {
			return map[string]any{"error": err.Error()}, nil
		}
		return map[string]any{"value": value}, nil
	})
}

func decide(asked question) (any, error) {
	switch asked.Kind {
	case "id":
		id, err := spiffeid.FromString(asked.Text)
		return id.String(), err
	case "trust domain":
		trustDomain, err := spiffeid.TrustDomainFromString(asked.Text)
		return trustDomain.Name(), err
	case "chain":
		return decideChain(asked)
	case "token":
		return decideToken(asked)
	case "bundle":
		return decideBundle(asked)
	default:
		return nil, fmt.Errorf("unknown kind %q", asked.Kind)
	}
}

func decideChain(asked question) (any, error) {
	bundles := x509bundle.NewSet()
	for name, raws := range asked.Authorities {
		trustDomain, err := spiffeid.TrustDomainFromString(name)
		if err != nil {
			return nil, err
		}
		bundle := x509bundle.New(trustDomain)
		for _, raw := range raws {
			authority, err := x509.ParseCertificate(raw)
			if err != nil {
				return nil, err
			}
			bundle.AddX509Authority(authority)
		}
		bundles.Add(bundle)
	}
	id, _, err := x509svid.ParseAndVerify(asked.Chain, bundles, x509svid.WithTime(time.Unix(asked.At, 0)))
	return id.String(), err
}

func decideToken(asked question) (any, error) {
	bundles := jwtbundle.NewSet()
	for name, document := range asked.Documents {
		trustDomain, err := spiffeid.TrustDomainFromString(name)
		if err != nil {
			return nil, err
		}
		bundle, err := jwtbundle.Parse(trustDomain, document)
		if err != nil {
			return nil, err
		}
		bundles.Add(bundle)
	}
	svid, err := jwtsvid.ParseAndValidate(asked.Text, bundles, asked.Audience)
	if err != nil {
		return nil, err
	}
	return svid.ID.String(), nil
}

// decideBundle gives what matters of a bundle: how many authorities it has, which keys sign tokens, and the two numbers.
func decideBundle(asked question) (any, error) {
	trustDomain, err := spiffeid.TrustDomainFromString("example.org")
	if err != nil {
		return nil, err
	}
	bundle, err := spiffebundle.Parse(trustDomain, []byte(asked.Text))
	if err != nil {
		return nil, err
	}
	read := map[string]any{"x509": len(bundle.X509Authorities())}
	keyIDs := []string{}
	for keyID := range bundle.JWTAuthorities() {
		keyIDs = append(keyIDs, keyID)
	}
	slices.Sort(keyIDs)
	read["jwt"] = keyIDs
	if sequence, ok := bundle.SequenceNumber(); ok {
		read["sequence"] = fmt.Sprint(sequence)
	}
	if hint, ok := bundle.RefreshHint(); ok {
		read["hint"] = fmt.Sprint(int64(hint / time.Second))
	}
	return read, nil
}
