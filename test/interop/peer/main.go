// The other side of the interoperability tests and benchmarks: go-spiffe, driven by one command a process. Identity comes from the
// Workload API at SPIFFE_ENDPOINT_SOCKET; results are lines of JSON on standard output.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/spiffe/go-spiffe/v2/bundle/spiffebundle"
	"github.com/spiffe/go-spiffe/v2/spiffeid"
	"github.com/spiffe/go-spiffe/v2/svid/jwtsvid"
	"github.com/spiffe/go-spiffe/v2/workloadapi"
)

const startTimeout = 20 * time.Second

func main() {
	commands := map[string]func(context.Context, []string) error{
		"serve":        serve,
		"dial":         dial,
		"bench-dial":   benchDial,
		"fetch-jwt":    fetchJWT,
		"validate-jwt": validateJWT,
		"bundle":       bundle,
		"judge":        judge,
	}
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fail(fmt.Errorf("usage: peer serve|dial|bench-dial|fetch-jwt|validate-jwt|bundle|judge …"))
	}
	if err := commands[os.Args[1]](context.Background(), os.Args[2:]); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// say writes one line of JSON.
func say(value any) error {
	return json.NewEncoder(os.Stdout).Encode(value)
}

// fetchJWT <audience> fetches a JWT-SVID and says what it holds.
func fetchJWT(ctx context.Context, args []string) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	svid, err := workloadapi.FetchJWTSVID(ctx, jwtsvid.Params{Audience: args[0]})
	if err != nil {
		return err
	}
	return say(map[string]any{"id": svid.ID.String(), "token": svid.Marshal()})
}

// validateJWT <audience> <token> validates a token against the JWT bundles of the Workload API.
func validateJWT(ctx context.Context, args []string) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	bundles, err := workloadapi.FetchJWTBundles(ctx)
	if err != nil {
		return err
	}
	svid, err := jwtsvid.ParseAndValidate(args[1], bundles, []string{args[0]})
	if err != nil {
		return err
	}
	return say(map[string]any{"id": svid.ID.String()})
}

// bundle <trust domain> <document> reads a SPIFFE bundle document and writes it again.
func bundle(_ context.Context, args []string) error {
	trustDomain, err := spiffeid.TrustDomainFromString(args[0])
	if err != nil {
		return err
	}
	parsed, err := spiffebundle.Parse(trustDomain, []byte(args[1]))
	if err != nil {
		return err
	}
	document, err := parsed.Marshal()
	if err != nil {
		return err
	}
	sequence, _ := parsed.SequenceNumber()
	hint, _ := parsed.RefreshHint()
	return say(map[string]any{
		"x509":     len(parsed.X509Authorities()),
		"jwt":      len(parsed.JWTAuthorities()),
		"sequence": sequence,
		"hint":     hint.Seconds(),
		"document": string(document),
	})
}
