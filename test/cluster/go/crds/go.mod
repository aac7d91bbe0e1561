// Modules that carry the definitions of custom resources as files. Nothing is built from them.
module x0tta6bl4.test/cluster/crds

go 1.26.0

require (
	github.com/envoyproxy/gateway v1.9.1
	github.com/external-secrets/external-secrets v1.3.2
	github.com/prometheus-operator/prometheus-operator v0.93.0
	github.com/sigstore/policy-controller v0.13.1
	istio.io/api v1.32.0
	sigs.k8s.io/gateway-api v1.6.3
)
