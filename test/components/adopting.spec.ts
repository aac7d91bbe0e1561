import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import type { Raw } from "../support/stranger";
import { objectsOf, strangers } from "../support/stranger";

/**
 * What the charts make once in a cluster, as `helm template` renders them, by names that don't follow the release's; and how
 * docs/adopting.md has the release give it up. Everything else is named after the release or lies in its namespace.
 */
const CHARTS = {
    // github.com/spiffe/helm-charts-hardened: spire-crds 0.6.0, which is kept.
    "spire-crds": {
        objects: ["clusterfederatedtrustdomains", "clusterspiffeids", "clusterstaticentries"].map(
            (kind) => `CustomResourceDefinition ${kind}.spire.spiffe.io`,
        ),
        without: "",
    },
    // The same repository: spire 0.30.0.
    spire: {
        objects: ["CSIDriver csi.spiffe.io", "ClusterRole spire-agent", "ClusterRoleBinding spire-agent"],
        without: "--set spire-agent.enabled=false --set spiffe-csi-driver.enabled=false",
    },
    // github.com/external-secrets/external-secrets: external-secrets 2.9.0.
    "external-secrets": {
        objects: [
            "ClusterRole external-secrets-cert-controller",
            "ClusterRoleBinding external-secrets-cert-controller",
            "ValidatingWebhookConfiguration externalsecret-validate",
            "ValidatingWebhookConfiguration secretstore-validate",
        ],
        without: "--set webhook.create=false --set certController.create=false",
    },
} as const;

/** Names of a release that is called as its namespace; a stack has none of them. */
const OF_RELEASES = [
    ...["post-install", "post-upgrade", "pre-upgrade", "spire-controller-manager", "spire-server"].flatMap((part) => [
        `ClusterRole spire-server-${part}`,
        `ClusterRoleBinding spire-server-${part}`,
    ]),
    "ValidatingWebhookConfiguration spire-server-spire-controller-manager-webhook",
    ...["controller", "edit", "servicebindings", "view"].map((part) => `ClusterRole external-secrets-${part}`),
    "ClusterRoleBinding external-secrets-controller",
];

const adopting = readFileSync("docs/adopting.md", "utf8");

/** Every object of a stack that has no namespace. */
async function clusterWide(settings: Raw): Promise<ReadonlySet<string>> {
    const objects = (await objectsOf(settings)).map(
        ({ inputs }) => inputs as { kind: string; metadata: { name: string; namespace?: string } },
    );
    return new Set(
        objects
            .filter(({ metadata }) => metadata.namespace === undefined)
            .map(({ kind, metadata }) => `${kind} ${metadata.name}`),
    );
}

describe("the stack beside Helm releases of SPIRE and External Secrets", () => {
    let beside: ReadonlySet<string>;
    let alone: ReadonlySet<string>;

    before(async function () {
        this.timeout(120_000);
        const raw = strangers("sienna") as { readonly spire: Raw; readonly externalSecrets: Raw };
        alone = await clusterWide(raw);
        beside = await clusterWide({
            ...raw,
            spire: { ...raw.spire, crds: "preinstalled", controllerManager: { className: "ours" } },
            externalSecrets: { ...raw.externalSecrets, crds: { source: "preinstalled" } },
        });
    });

    it("makes no definition of theirs, which it would without the settings", () => {
        const { objects } = CHARTS["spire-crds"];
        assert.deepEqual(
            objects.filter((object) => beside.has(object)),
            [],
        );
        assert.deepEqual(
            objects.filter((object) => alone.has(object)),
            objects,
        );
    });

    it("has no name of what is named after a release", () => {
        assert.deepEqual(
            OF_RELEASES.filter((object) => beside.has(object)),
            [],
        );
    });

    for (const [chart, { objects, without }] of Object.entries(CHARTS).filter(([, { without }]) => without !== "")) {
        it(`has the names of ${chart} that the page tells of, with what has the release give them up`, () => {
            assert.deepEqual(
                objects.filter((object) => !beside.has(object)),
                [],
                "no longer in both: the page says too much",
            );
            for (const object of objects) {
                const [, name = ""] = object.split(" ");
                assert.ok(adopting.includes(`\`${name}\``), `docs/adopting.md does not say ${name}`);
            }
            assert.ok(adopting.includes(without), without);
        });
    }
});
