// Modules that carry schemas as files. Nothing is built from them.
module x0tta6bl4.test/schemas

go 1.26.0

require (
	github.com/kyverno/kyverno v1.19.1
	github.com/owenrumney/go-sarif/v3 v3.3.1
)
