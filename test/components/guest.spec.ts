import assert from "node:assert/strict";

import { foundationOf } from "../../components/foundation";
import type { Registration } from "../../hardening/sources/program/registration";
import { configOf, objectsOf, PROJECT, readAs, strangers } from "../support/stranger";
import { judged, sourceOf, THEIRS } from "../support/stranger-findings";

describe("an application in a cluster whose foundation is another stack's", () => {
    const { cluster, ...own } = strangers("sienna");
    const guest = {
        ...own,
        cluster: { ...(cluster as object), foundation: "first/live" },
    };
    const identities = (objects: readonly Registration[]): readonly string[] =>
        objects.map(({ inputs }) => {
            const { kind, metadata } = inputs as { kind: string; metadata: { name: string; namespace?: string } };
            return `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
        });
    let objects: readonly Registration[];

    before(async function () {
        this.timeout(120_000);
        objects = await objectsOf(guest);
    });

    it("brings its namespaces, its shield, its identity and its secrets, and nothing that a cluster has once", () => {
        const kinds = new Set(objects.map(({ inputs }) => inputs["kind"]));
        const once = ["CustomResourceDefinition", "CSIDriver", "PriorityClass", "DaemonSet", "StatefulSet"];
        assert.deepEqual(
            [...once, "ValidatingWebhookConfiguration"].filter((kind) => kinds.has(kind)),
            [],
        );
        const namespaces = identities(objects).filter((identity) => identity.startsWith("Namespace "));
        assert.deepEqual(
            namespaces.sort(),
            ["sienna-canary", "sienna-goods", "sienna-secrets", "sienna-shop"].map((name) => `Namespace /${name}`),
        );
        for (const kind of ["HTTPRoute", "ClusterSPIFFEID", "SecretStore", "ValidatingAdmissionPolicy"]) {
            assert.ok(kinds.has(kind), kind);
        }
    });

    it("shares no object with the stack of the foundation, under whatever project that is", async function () {
        this.timeout(120_000);
        const first = identities(await objectsOf(strangers("ochre"), "first"));
        assert.deepEqual(
            identities(objects).filter((identity) => first.includes(identity)),
            [],
        );
    });

    it("raises the alerts of its applications only", () => {
        const alerts = objects
            .filter(({ inputs }) => inputs["kind"] === "PrometheusRule")
            .flatMap(
                ({ inputs }) => (inputs["spec"] as { groups: { rules: { alert: string; expr: string }[] }[] }).groups,
            )
            .flatMap(({ rules }) => rules);
        assert.ok(alerts.some(({ alert }) => alert === "PlatformDown"));
        assert.deepEqual(
            alerts.filter(({ expr }) => !/sienna-(?:web|store)/.test(expr)),
            [],
        );
    });

    it("is clean, and excepts nothing that is not there", () => {
        const { violations, excepted } = judged(objects);
        assert.deepEqual(
            violations.filter((line) => !THEIRS.test(line)),
            [],
        );
        const known = foundationOf(configOf(guest), PROJECT).exceptions;
        assert.deepEqual(
            known.filter(({ control, object }) => !excepted.includes(`${control} ${object}`)),
            [],
        );
    });

    it("is watched by the foundation's Falco where that names its namespace", async function () {
        this.timeout(120_000);
        const { falco: eyes, ...others } = strangers("ochre");
        const applications = [{ namespace: "sienna-shop", ports: [8999] }];
        const first = await objectsOf({ ...others, falco: { ...(eyes as object), applications } }, "first");
        const rules = sourceOf(first, "ConfigMap", "falco-rules");
        assert.match(rules, /x0_application_namespaces\\n[^l]*items:[^l]*sienna-shop/);
        assert.match(rules, /x0_application_ports\\n[^l]*items:[^l]*8999/);
    });

    it("is of a project of its own, after which what is outside of namespaces is named", () => {
        const values = { ...guest, cluster: { ...guest.cluster, foundation: "acme/live" } };
        const { faults } = readAs(values);
        assert.deepEqual(faults, [
            'acme:cluster.foundation is "acme/live", a stack of this project; what is outside of namespaces is named after the ' +
                "project, so the two need projects of their own",
        ]);
    });
});
