import assert from "node:assert/strict";
import { load } from "js-yaml";

import { renderStack } from "../../../hardening/preview/render";
import { perturbed } from "../../support/perturbed";
import { objectsOf, strangers } from "../../support/stranger";
import type { KubernetesObject } from "../harness/kubectl";
import { desiredState } from "../support/inventory";
import { apply } from "../support/objects";
import { describeOnCluster } from "../support/shared";
import { addVolumes, applyInOrder, describeObject, prepareFor, removeInOrder, withoutWebhooks } from "../support/stack";
import { until } from "../support/until";

/*
 * The foundation under a stranger's names, and beside it the application of another stranger, on one API server.
 */

type Raw = Readonly<Record<string, unknown>>;

const CLASS = "grows";

/** The first stack, which brings what the cluster has once, and has Falco guard the application of the other. */
function firstSettings(): Raw {
    const { falco, images, spire, ...others } = strangers("ochre");
    const { overrides, ...sources } = images as { overrides: Raw };
    const { server, ...authority } = spire as { server: Raw };
    return {
        ...others,
        // Pinned, since the admission policies of the stack are in force when its objects are changed.
        images: {
            ...sources,
            overrides: { ...overrides, x0tta6bl4: { repository: "ochre/shop", digest: `sha256:${"2".repeat(64)}` } },
        },
        falco: { ...(falco as Raw), applications: [{ namespace: "sienna-shop", ports: [] }] },
        spire: { ...authority, server: { ...server, storage: { size: "1Gi", className: CLASS } } },
    };
}

/** The second stack: an application with a shield of its own. */
function guestSettings(): Raw {
    const { cluster, ...others } = strangers("sienna");
    return { ...others, cluster: { ...(cluster as Raw), foundation: "first/live" } };
}

async function rendered(settings: Raw, project: string): Promise<readonly KubernetesObject[]> {
    const { files, faults } = renderStack(await objectsOf(settings, project));
    assert.deepEqual(faults, []);
    return files
        .filter(({ name }) => name !== "kustomization.yaml")
        .map(({ content }) => load(content) as KubernetesObject);
}

describeOnCluster("two strangers' stacks on one API server", "control-plane", (cluster) => {
    let first: readonly KubernetesObject[];
    let guest: readonly KubernetesObject[];
    const storage: readonly KubernetesObject[] = [
        {
            apiVersion: "storage.k8s.io/v1",
            kind: "StorageClass",
            metadata: { name: CLASS },
            provisioner: "kubernetes.io/no-provisioner",
            allowVolumeExpansion: true,
        },
        {
            apiVersion: "v1",
            kind: "PersistentVolume",
            metadata: { name: "growing" },
            spec: {
                accessModes: ["ReadWriteOnce"],
                capacity: { storage: "20Gi" },
                storageClassName: CLASS,
                hostPath: { path: "/var/lib/volumes/growing", type: "DirectoryOrCreate" },
            },
        },
    ];

    before(async function () {
        this.timeout(600_000);
        first = withoutWebhooks(await rendered(firstSettings(), "first"));
        guest = await rendered(guestSettings(), "acme");
        const { unavailable } = await prepareFor(cluster(), [...first, ...guest]);
        assert.deepEqual(unavailable.map(describeObject), []);
        await addVolumes(cluster(), 2);
        for (const object of storage) {
            const { accepted, message } = await apply(cluster(), object);
            assert.ok(accepted, message);
        }
    });
    after(async function () {
        this.timeout(300_000);
        await removeInOrder(cluster(), [...first, ...storage], "leave");
    });

    it("are accepted, object by object, with strict field validation", async function () {
        this.timeout(300_000);
        const foundation = await applyInOrder(cluster(), first);
        assert.equal(foundation.code, 0, foundation.stderr);
        const before = await desiredState(cluster(), first);
        const application = await applyInOrder(cluster(), guest);
        assert.equal(application.code, 0, application.stderr);
        // The second has changed nothing of the first.
        assert.deepEqual(await desiredState(cluster(), first), before);
        assert.equal(before.size, first.length);
    });

    it("have each their own admission policies in their own namespaces, and say whose these are", async () => {
        const owner = async (name: string): Promise<unknown> =>
            (await cluster().kubectl.get("namespace", name))?.metadata.annotations;
        assert.deepEqual(await owner("spire"), { "x0tta6bl4.io/stack": "first/live" });
        assert.deepEqual(await owner("sienna-shop"), {
            "x0tta6bl4.io/stack": "acme/live",
            "x0tta6bl4.io/foundation": "first/live",
        });
        // The API server's own Pod Security judges pods alone, before any policy does.
        const intruder = (namespace: string): KubernetesObject => {
            const labels = { app: "probe" };
            const containers = [{ name: "probe", image: "probe" }];
            const template = { metadata: { labels }, spec: { hostPID: true, containers } };
            return {
                apiVersion: "apps/v1",
                kind: "Deployment",
                metadata: { name: "probe", namespace },
                spec: { selector: { matchLabels: labels }, template },
            };
        };
        for (const [namespace, project] of [
            ["ochre-shop", "first"],
            ["sienna-shop", "acme"],
        ] as const) {
            await until(`${project}'s policies guard ${namespace}`, async () => {
                const { accepted, message } = await apply(cluster(), intruder(namespace), { dryRun: true });
                return (!accepted && message.includes(`ValidatingAdmissionPolicy '${project}-`)) || message;
            });
        }
    });

    it("let the server's volume grow in place, and not shrink", async () => {
        const claim = first.find(
            ({ kind, metadata }) => kind === "PersistentVolumeClaim" && metadata.namespace === "spire",
        );
        assert.ok(claim !== undefined);
        await until("the claim is bound", async () => {
            const { metadata } = claim;
            const live = await cluster().kubectl.get("pvc", metadata.name, metadata.namespace);
            return (live?.["status"] as { phase?: string } | undefined)?.phase === "Bound" || "it is not";
        });
        const sized = (size: string): KubernetesObject => ({
            ...claim,
            spec: { ...(claim["spec"] as Raw), resources: { requests: { storage: size } } },
        });
        const grown = await apply(cluster(), sized("5Gi"));
        assert.ok(grown.accepted, grown.message);
        const shrunk = await apply(cluster(), sized("2Gi"), { dryRun: true });
        assert.match(shrunk.message, /spec\.resources\.requests\.storage: Forbidden: field can not be less than/);
        const other = { ...claim, spec: { ...(sized("5Gi")["spec"] as Raw), storageClassName: "another" } };
        assert.match((await apply(cluster(), other, { dryRun: true })).message, /spec is immutable after creation/);
    });

    it("can have every setting changed but names, and one field alone is immutable: the class of the server's storage", async function () {
        this.timeout(600_000);
        const { settings, taken, refused } = perturbed(firstSettings(), "first");
        assert.ok(taken.length > 60, `${taken.length} settings taken, refused: ${refused.join(", ")}`);
        const known = new Map(first.map((object) => [describeObject(object), object]));
        const changed = withoutWebhooks(await rendered(settings, "first")).filter(
            (object) =>
                known.has(describeObject(object)) &&
                JSON.stringify(known.get(describeObject(object))) !== JSON.stringify(object),
        );
        assert.ok(changed.length > 40, String(changed.length));
        const answers = await Promise.all(
            changed.map(async (object) => ({ object, answer: await apply(cluster(), object, { dryRun: true }) })),
        );
        const refusals = answers.flatMap(({ object, answer: { accepted, message } }) =>
            accepted ? [] : [`${describeObject(object)}: ${message}`],
        );
        // Another class of storage makes another volume of it. The claim is protected, so the engine refuses to replace it.
        const expected = [
            /^PersistentVolumeClaim spire\/spire-data-spire-server-0: [^]*spec is immutable after creation/,
            // Its claim is for the cluster's default class, which here there is none of: nothing has bound it, so nothing resizes it.
            /^PersistentVolumeClaim ochre-compliance\/compliance: [^]*only dynamically provisioned pvc can be resized/,
        ];
        const unexpected = refusals.filter((refusal) => !expected.some((known) => known.test(refusal)));
        assert.deepEqual(unexpected, []);
        assert.equal(refusals.length, expected.length, refusals.join("\n"));
    });

    it("are removed one without the other", async function () {
        this.timeout(300_000);
        const before = await desiredState(cluster(), first);
        await removeInOrder(cluster(), guest);
        assert.deepEqual(await desiredState(cluster(), first), before);
    });
});
