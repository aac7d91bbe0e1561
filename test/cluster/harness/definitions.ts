import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { dataModule } from "./binaries";
import type { Kubectl } from "./kubectl";

/** Definitions that the stacks use but do not bring: those of operators that a cluster has already, or brings by itself. */
const SOURCES = [
    { module: "github.com/prometheus-operator/prometheus-operator", folder: "example/prometheus-operator-crd" },
    { module: "sigs.k8s.io/gateway-api", folder: "config/crd/standard" },
    { module: "github.com/envoyproxy/gateway", folder: "charts/gateway-helm/charts/crds/crds/generated" },
    { module: "github.com/external-secrets/external-secrets", folder: "config/crds/bases" },
    { module: "github.com/sigstore/policy-controller", folder: "config" },
    { module: "istio.io/api", folder: "kubernetes" },
];

let known: Promise<Map<string, string>> | undefined;

/** Definitions by resource name (`prometheusrules.monitoring.coreos.com`), as YAML; read once. */
export async function definitions(): Promise<Map<string, string>> {
    known ??= readDefinitions();
    return known;
}

async function readDefinitions(): Promise<Map<string, string>> {
    const texts = await Promise.all(
        SOURCES.map(async ({ module, folder }) => {
            const path = join(await dataModule(module), folder);
            const files = (await readdir(path)).filter((name) => name.endsWith(".yaml"));
            return Promise.all(files.map(async (file) => readFile(join(path, file), "utf8")));
        }),
    );
    const found = new Map<string, string>();
    for (const text of texts.flat().flatMap((file) => file.split(/^---$/m))) {
        const name = /^ {2}name: (\S+)$/m.exec(text)?.[1];
        // Gateway API ships its admission policies beside the definitions.
        if (name !== undefined && /^kind: CustomResourceDefinition$/m.test(text)) {
            found.set(name, text);
        }
    }
    return found;
}

/** Installs definitions and waits until the API server serves them. */
export async function install(kubectl: Kubectl, texts: readonly string[]): Promise<void> {
    const names = texts.flatMap((text) => /^ {2}name: (\S+)$/m.exec(text)?.[1] ?? []);
    await kubectl.apply(texts.join("\n---\n"));
    await kubectl.run(["wait", "--for=condition=Established", "--timeout=60s", ...names.map((name) => `crd/${name}`)]);
}
