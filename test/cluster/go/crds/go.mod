// Modules that carry the definitions of custom resources as files. Nothing is built from them.
module x0tta6bl4.test/cluster/crds

go 1.26.0

require (
	github.com/external-secrets/external-secrets v1.3.2
	github.com/prometheus-operator/prometheus-operator v0.93.0
)
