import assert from "node:assert/strict";

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { clusterProvider } from "../../../components/cluster/provider";
import { clusterSettings } from "../../../components/cluster/settings";
import { deploy } from "../../support/deploy";

const OWN = "0b4c7a54-6f0e-4f5c-9d0b-1f0a5d6f7a10";
const OTHER = "5e9d1a20-0c1b-4a4e-8f39-3c2f1b7f9b11";
const BASE = { name: "prod", apiServer: { cidrs: ["10.0.0.0/28"] } };

function settings(raw: object) {
    const faults: string[] = [];
    const read = clusterSettings.read({ ...BASE, ...raw }, "acme:cluster", faults);
    assert.deepEqual(faults, []);
    return read;
}

/** The monitor's part that asks the cluster what is there. */
interface Asked {
    existsResource(request: { getId(): string }, callback: (error: unknown, answer: unknown) => void): void;
}

/** The monitor's parts that a program's resources go through. */
type Register = (
    request: { getName(): string; getParent(): string },
    callback: (error: unknown, answer: unknown) => void,
) => unknown;
interface Registering {
    registerResource: Register;
    readResource: Register;
}

/** The stacks that namespaces belong to, or nothing where they don't say. */
type Owners = Readonly<Record<string, string | undefined>>;

/** What is registered, and what is refused, where the cluster that is reached has a UID and namespaces. */
async function against(
    uid: string,
    raw: object,
    owners: Owners | "forbidden" = {},
    namespaces: readonly string[] = ["shop", "spire"],
    preview = false,
) {
    const registered: string[] = [];
    const parents = new Map<string, string>();
    const warnings: string[] = [];
    await pulumi.runtime.setMocks(
        {
            newResource: ({ type, name, id, inputs }) => {
                registered.push(`${type} ${name}`);
                const owner = owners === "forbidden" ? undefined : owners[id ?? ""];
                const annotations = owner === undefined ? {} : { "x0tta6bl4.io/stack": owner };
                const state = id === undefined ? (inputs as object) : { metadata: { name: id, uid, annotations } };
                return { id: id ?? name, state };
            },
            call: () => ({}),
        },
        "acme",
        "prod",
        preview,
    );
    const monitor = (pulumi.runtime as unknown as { getMonitor(): Asked & Registering }).getMonitor();
    monitor.existsResource = (request, callback) =>
        owners === "forbidden"
            ? callback(new Error("forbidden"), undefined)
            : callback(undefined, { getExists: () => request.getId() in owners, getUnknown: () => false });
    for (const method of ["registerResource", "readResource"] as const) {
        const inner = monitor[method].bind(monitor);
        monitor[method] = (request, callback) => {
            parents.set(request.getName(), request.getParent());
            return inner(request, callback);
        };
    }
    // Without an engine that takes them, the SDK prints a program's messages.
    const { warn } = console;
    console.warn = (message: string) => warnings.push(message);
    // The suite's own guard would take the refusal for a stray; here it is what is asked for.
    const guards = process.listeners("unhandledRejection");
    const refusals = new Set<unknown>();
    process.removeAllListeners("unhandledRejection");
    process.on("unhandledRejection", (reason) => refusals.add(reason));
    try {
        const provider = clusterProvider({ settings: settings(raw), namespaces });
        new k8s.core.v1.Namespace("shop", { metadata: { name: "shop" } }, { provider });
        await pulumi.runtime.disconnect();
        await new Promise((resolve) => setImmediate(resolve));
    } finally {
        console.warn = warn;
        process.removeAllListeners("unhandledRejection");
        guards.forEach((guard) => process.on("unhandledRejection", guard));
    }
    return { registered, parents, warnings, refusals: [...refusals] };
}

describe("the cluster of a stack", () => {
    it("is whatever the kubeconfig leads to, by the context that is set", async () => {
        const { registrations } = await deploy(
            () => clusterProvider({ settings: settings({ context: "prod-eu" }), namespaces: [] }),
            "acme",
        );
        const providers = registrations.filter(({ type }) => type === "pulumi:providers:kubernetes");
        assert.deepEqual(
            providers.map(({ name, inputs }) => [name, inputs["context"]]),
            [
                ["cluster-identity", "prod-eu"],
                ["kubernetes", "prod-eu"],
            ],
        );
    });

    it("is compared before anything is registered, and the same one is taken", async () => {
        const { registered, refusals } = await against(OWN, { identity: OWN });
        assert.deepEqual(refusals, []);
        const own = "kubernetes:core/v1:Namespace";
        assert.ok(registered.indexOf(`${own} kube-system`) < registered.indexOf(`${own} shop`));
    });

    it("is refused where it is another, and nothing is registered there", async () => {
        const { registered, refusals } = await against(OTHER, { identity: OWN, context: "dev" });
        const [refused, ...others] = refusals;
        // One error, of the kind that the engine prints without a stack trace.
        assert.deepEqual(others, []);
        assert.ok(pulumi.RunError.isInstance(refused));
        assert.equal(
            refused.message,
            `Stack "prod" belongs to the cluster whose namespace kube-system has the UID ${OWN}, but the context "dev" leads to one ` +
                `where it has ${OTHER}. Nothing was touched. Choose that cluster's context, or correct acme:cluster.identity where ` +
                "the cluster has been built anew.",
        );
        assert.deepEqual(registered, [
            "x0tta6bl4:cluster:Lookup cluster",
            "pulumi:providers:kubernetes cluster-identity",
            "kubernetes:core/v1:Namespace kube-system",
        ]);
    });

    it("is only looked at below a component for that, by which a policy pack knows it", async () => {
        const { parents } = await against(OWN, { identity: OWN }, { spire: "acme/prod" });
        const lookup = "urn:pulumi:prod::acme::x0tta6bl4:cluster:Lookup::cluster";
        assert.deepEqual([parents.get("kube-system"), parents.get("claimed-spire")], [lookup, lookup]);
        assert.notEqual(parents.get("shop"), lookup);
    });

    it("goes on where nobody can tell what it has, and says so unless it is a preview", async () => {
        for (const preview of [false, true]) {
            const { refusals, warnings } = await against(OTHER, {}, "forbidden", ["shop"], preview);
            assert.deepEqual(refusals, []);
            assert.deepEqual(
                warnings,
                preview
                    ? []
                    : [
                          "warning: [runtime] Nobody could tell whether the cluster has the namespace shop, and whose: forbidden. " +
                              "Where it is another stack's, this one changes what that one made.",
                      ],
            );
        }
    });

    it("can't be compared in a preview without a cluster, which shows the stack all the same", async () => {
        const { registrations } = await deploy(
            () => clusterProvider({ settings: settings({ identity: OWN }), namespaces: ["shop"] }),
            "acme",
        );
        const names = registrations.filter(({ type }) => type.startsWith("pulumi:providers:")).map(({ name }) => name);
        assert.deepEqual(names, ["cluster-identity", "kubernetes"]);
    });

    it("is named by a UID", () => {
        const faults: string[] = [];
        clusterSettings.read({ ...BASE, identity: "prod" }, "acme:cluster", faults);
        assert.deepEqual(faults, ['acme:cluster.identity must be the UID of a namespace, found "prod"']);
    });

    it("holds the namespaces of the stack, or none of them, and each is read once", async () => {
        const { registered, refusals } = await against(OTHER, {}, { spire: "acme/prod" });
        assert.deepEqual(refusals, []);
        assert.deepEqual(registered, [
            "x0tta6bl4:cluster:Lookup cluster",
            "pulumi:providers:kubernetes cluster-identity",
            "kubernetes:core/v1:Namespace claimed-spire",
            "pulumi:providers:kubernetes kubernetes",
            "kubernetes:core/v1:Namespace shop",
        ]);
    });

    const sharing = async (owners: Owners) => against(OTHER, { foundation: "first/live" }, owners, ["shop"]);
    const refusedAs = ({ registered, refusals }: Awaited<ReturnType<typeof against>>): string => {
        const [refused, ...others] = refusals;
        assert.deepEqual(others, []);
        assert.ok(pulumi.RunError.isInstance(refused));
        assert.ok(!registered.some((line) => line.endsWith(" shop") || line.endsWith(" kubernetes")));
        return refused.message;
    };
    const REFUSED = (...lines: readonly string[]): string =>
        `Stack "prod" can't have these namespaces of the cluster:\n${lines.map((line) => `  ${line}\n`).join("")}` +
        "Nothing was touched. Choose other names or another cluster, or have the other stack destroyed first. What a cluster has " +
        "once can be shared: acme:cluster.foundation names the stack that brings it.";

    it("is refused where namespaces are another stack's, or nobody's, all of them at once", async () => {
        assert.equal(
            refusedAs(await against(OTHER, {}, { spire: "acme/staging", shop: undefined })),
            REFUSED(
                "shop is there and says of no stack that it is its own; where it is acme/prod's, mark it: " +
                    "kubectl annotate namespace shop x0tta6bl4.io/stack=acme/prod",
                "spire belongs to the stack acme/staging, not to acme/prod",
            ),
        );
    });

    it("is refused where the stack that it shares the cluster with is not there, or is another", async () => {
        const { refusals } = await sharing({ spire: "first/live" });
        assert.deepEqual(refusals, []);
        assert.deepEqual(
            refusedAs(await sharing({})),
            REFUSED("spire is not there; the stack first/live brings it and is deployed first"),
        );
        assert.deepEqual(
            refusedAs(await sharing({ spire: "other/live" })),
            REFUSED("spire belongs to the stack other/live, not to first/live"),
        );
    });
});
