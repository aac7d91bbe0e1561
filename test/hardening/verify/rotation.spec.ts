import assert from "node:assert/strict";

import { Expected } from "../../../hardening/verify/expected";
import type { Body } from "../../../policies/kubernetes/kube";
import { FakeCluster, verdictsOn } from "../../support/fake-cluster";

const LABELS = { app: "web" };
const READ = "x0tta6bl4.io/read-at-start";

function stack(container: Body, annotations: Body = {}): Expected {
    return new Expected("staging", [
        {
            kind: "Deployment",
            metadata: { name: "web", namespace: "shop", annotations },
            spec: { selector: { matchLabels: LABELS }, template: { spec: { containers: [container] } } },
        },
    ]);
}

const variable = { name: "web", env: [{ name: "A", valueFrom: { secretKeyRef: { name: "tls", key: "a" } } }] };
const whole = { name: "web", envFrom: [{ secretRef: { name: "tls" } }] };
const none = { name: "web" };

function live(changed: string | undefined, ...started: readonly string[]): FakeCluster {
    const cluster = new FakeCluster();
    const owner = (fields: Body, time: string | undefined) => ({ manager: "m", fieldsV1: fields, time });
    cluster.lists["secrets"] = [
        {
            metadata: {
                name: "tls",
                namespace: "shop",
                managedFields:
                    changed === undefined
                        ? undefined
                        : [
                              owner({ "f:data": {} }, "2026-01-01T00:00:00Z"),
                              owner({ "f:data": {} }, changed),
                              // Somebody labelled it later, which is no change of its content.
                              owner({ "f:metadata": {} }, "2027-01-01T00:00:00Z"),
                          ],
            },
            data: { a: "c2VjcmV0" },
        },
    ];
    cluster.lists["pods"] = started.map((startedAt, index) => ({
        metadata: { name: `web-${index}`, namespace: "shop", labels: LABELS },
        status: { containerStatuses: [{ name: "web", state: { running: { startedAt } } }] },
    }));
    return cluster;
}

const CHANGED = "2026-03-01T12:00:00Z";
const BEFORE = "2026-03-01T11:00:00Z";
const AFTER = "2026-03-01T13:00:00Z";
const verdicts = (cluster: FakeCluster, expected: Expected) => verdictsOn(expected, "rotated-secrets-arrived", cluster);

describe("rotated-secrets-arrived", () => {
    for (const [way, expected] of [
        ["a variable", stack(variable)],
        ["variables of a whole Secret", stack(whole)],
        ["a file of which the workload says so", stack(none, { [READ]: "tls" })],
    ] as const) {
        it(`fails while one process runs from before the change, for ${way}`, async () => {
            assert.deepEqual(await verdicts(live(CHANGED, AFTER, BEFORE), expected), [
                "failed Deployment shop/web: the Secret tls was changed at 2026-03-01T12:00:00.000Z, and a process has run since 2026-03-01T11:00:00.000Z: it goes by the old one",
            ]);
        });

        it(`is proved once all have started anew, for ${way}`, async () => {
            assert.deepEqual(await verdicts(live(CHANGED, AFTER, AFTER), expected), [
                "proved Deployment shop/web: every process has started since the Secret tls was changed",
            ]);
        });
    }

    it("fails by a sidecar that has run since before the change", async () => {
        const cluster = live(CHANGED, AFTER);
        const sidecar = { name: "proxy", state: { running: { startedAt: BEFORE } } };
        const ended = { name: "setup", state: { terminated: { startedAt: "2026-01-01T00:00:00Z" } } };
        const status = (cluster.lists["pods"]?.[0]?.["status"] ?? {}) as Record<string, unknown>;
        status["initContainerStatuses"] = [ended, sidecar];
        const [verdict = ""] = await verdicts(cluster, stack(variable));
        assert.match(verdict, /^failed Deployment shop\/web: .* a process has run since 2026-03-01T11:00:00\.000Z/);
    });

    it("asks nothing of a file that is read again, nor of a stack without Secrets", async () => {
        assert.deepEqual(await verdicts(live(CHANGED, BEFORE), stack(none)), [
            "proved stack staging: no program reads a Secret at its start only",
        ]);
    });

    it("can't tell without a running pod, or where the Secret doesn't say when it was changed", async () => {
        assert.deepEqual(await verdicts(live(CHANGED), stack(variable)), [
            "unknown Deployment shop/web: has no running pod",
        ]);
        assert.deepEqual(await verdicts(live(undefined, AFTER), stack(variable)), [
            "unknown Deployment shop/web: the Secret tls doesn't say when it was changed",
        ]);
    });

    it("asks for no optional Secret, unless another reader needs it", async () => {
        const optional = { secretRef: { name: "more", optional: true } };
        const key = { name: "A", valueFrom: { secretKeyRef: { name: "more", key: "a", optional: true } } };
        assert.deepEqual(await verdicts(live(CHANGED, AFTER), stack({ ...none, envFrom: [optional], env: [key] })), [
            "proved Deployment shop/web: the Secret more is not there, and optional",
        ]);
        assert.deepEqual(
            await verdicts(live(CHANGED, AFTER), stack({ ...none, envFrom: [optional] }, { [READ]: "more" })),
            ["failed Deployment shop/web: reads the Secret more, which is not there"],
        );
    });

    it("fails where the Secret is not there", async () => {
        assert.deepEqual(await verdicts(live(CHANGED, AFTER), stack(none, { [READ]: "other,tls" })), [
            "failed Deployment shop/web: reads the Secret other, which is not there",
            "proved Deployment shop/web: every process has started since the Secret tls was changed",
        ]);
    });
});
