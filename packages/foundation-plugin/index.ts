import { componentProviderHost } from "@pulumi/pulumi/provider/experimental";

import { AllowedFlows, Falco, GuardedNamespace, Spire, Workload } from "./components";

/** Serves the components to the engine, which makes SDKs of them for programs in every language. */
void componentProviderHost({
    // An SDK of it for TypeScript is @x0tta6bl4/foundation-components, beside the package of the components themselves.
    name: "foundation-components",
    namespace: "x0tta6bl4",
    components: [GuardedNamespace, AllowedFlows, Workload, Spire, Falco],
    dirname: __dirname,
});
