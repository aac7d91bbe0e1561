import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { load } from "js-yaml";

import { connectivity } from "../hardening/network/matrix";
import type { Matrix } from "../hardening/network/matrix";
import { portsText } from "../policies/kubernetes/network/ports";
import { endsOf } from "../hardening/paths/ends";
import { mermaidOf } from "../hardening/paths/mermaid";
import { answer } from "../hardening/paths/report";
import type { ProgramPreview } from "../hardening/sources/program";
import { previewProgram } from "../hardening/sources/program";
import { readStack } from "../hardening/sources/program/stack-file";
import { Stack } from "../policies/kubernetes/stack";
import { pathGraphOf } from "../policies/paths/build";
import type { PathNode } from "../policies/paths/nodes";
import { titleOf } from "../policies/paths/nodes";
import { Reached, withoutFlaws } from "../policies/paths/search";
import { cli } from "./support/cli";

const ROOT = join(__dirname, "..");
const DOCUMENT = readFileSync(join(ROOT, "docs", "attack-paths.md"), "utf8");

/** The store that the document asks about. */
function storeIn(document: string): string {
    return /--to "(store:[^"]+)"/.exec(document)?.[1] ?? assert.fail("the document asks about no store");
}

function expected(stack: string): readonly string[] {
    return readFileSync(join(__dirname, "data/connectivity", `${stack}.txt`), "utf8")
        .trimEnd()
        .split("\n");
}

/** The ports that Falco's rule "Unexpected outbound connection" knows, by the namespace they are opened from. */
function portLists(): Readonly<Record<string, readonly number[]>> {
    const entries = load(readFileSync(join(ROOT, "components/falco/rules/40-network.yaml"), "utf8")) as {
        list?: string;
        items?: readonly number[];
    }[];
    const items = (name: string) => entries.find(({ list }) => list === name)?.items ?? [];
    const falco = items("x0_falco_ports");
    return {
        app: items("x0_application_ports"),
        spire: items("x0_spire_ports"),
        "external-secrets": items("x0_secrets_ports"),
        falco,
        falcosidekick: falco,
    };
}

for (const stack of ["staging", "production"]) {
    describe(`the connectivity of the stack ${stack}`, () => {
        let matrix: Matrix;
        let program: Stack;

        before(async function () {
            this.timeout(120_000);
            const { resources } = await previewProgram(readStack(ROOT, stack), () => undefined);
            program = new Stack(resources);
            matrix = connectivity(program);
        });

        if (stack === "production") {
            it("leads from its editors to its store as docs/attack-paths.md draws it, and no further", () => {
                const graph = pathGraphOf(program);
                const nodes = (option: "from" | "to", text: string): readonly PathNode[] => {
                    const ends = endsOf(graph, option, text);
                    return "fault" in ends ? assert.fail(ends.fault) : ends;
                };
                const asked = { from: ["editors:x0tta6bl4-production"], to: [storeIn(DOCUMENT)] };
                const from = asked.from.flatMap((text) => nodes("from", text));
                const to = asked.to.flatMap((text) => nodes("to", text));
                const report = answer(graph, {
                    ...{ subject: "", asked, from, to, titles: { from: "", to: "" } },
                    ...{
                        lateral: false,
                        follow: withoutFlaws,
                        count: 3,
                        reach: false,
                        baseline: undefined,
                        unseen: [],
                    },
                });
                assert.ok(!report.more);
                const drawn = mermaidOf(report)
                    .split("\n")
                    .filter((line) => !line.includes("%%"));
                assert.equal(/```mermaid\n([^]*?)```/.exec(DOCUMENT)?.[1], drawn.join("\n"));
                const reached = new Reached(graph, from, withoutFlaws);
                const elsewhere = [...reached.nodes()].filter(
                    ({ kind, namespace }) => kind.startsWith("secret") && namespace !== "x0tta6bl4-production",
                );
                assert.deepEqual(elsewhere.map(titleOf), []);
            });
        }

        it("is exactly what is needed: nothing more is open, nothing needed is closed", () => {
            assert.deepEqual(
                matrix.connections.map(({ from, to, ports }) => `${from.name} > ${to.name}: ${portsText(ports)}`),
                expected(stack),
            );
        });

        it("has no connection that only one end allows", () => {
            assert.deepEqual(matrix.halfOpen, []);
        });

        it("holds no connection that Falco would call unexpected", () => {
            const lists = portLists();
            const unexpected = matrix.connections.flatMap(({ from, to, ports }) => {
                const known =
                    lists[from.namespace ?? ""] ?? (from.namespace?.startsWith("x0tta6bl4-") ? lists["app"] : []);
                return from.pod === undefined
                    ? []
                    : ports
                          .filter((range) => !known?.includes(range.from))
                          .map((range) => `${from.name} > ${to.name}: ${portsText([range])}`);
            });
            assert.deepEqual(unexpected, []);
        });

        it("leads anywhere from nowhere, and nowhere to anywhere", () => {
            assert.deepEqual(
                matrix.connections.filter(({ from, to }) => from.name === "anywhere" || to.name === "anywhere"),
                [],
            );
        });
    });
}

for (const [stack, apiServer] of [
    ["staging", "172.16.0.0/28"],
    ["production", "172.16.0.16/28"],
] as const) {
    describe(`the connectivity of the canary in the stack ${stack}`, () => {
        const halves = ["canary/canary", `x0tta6bl4-${stack}/canary`] as const;
        let preview: ProgramPreview;
        let matrix: Matrix;

        before(async function () {
            this.timeout(120_000);
            const request = readStack(ROOT, stack);
            const images = { overrides: { probe: { digest: `sha256:${"a".repeat(64)}` } } };
            const config = {
                ...request.config,
                "x0tta6bl4:canary": JSON.stringify({ enabled: true }),
                "x0tta6bl4:images": JSON.stringify(images),
            };
            preview = await previewProgram({ ...request, config }, () => undefined);
            matrix = connectivity(new Stack(preview.resources));
        });

        it("is the echo between its halves, name resolution and metrics, and nothing else", () => {
            const [own, beside] = halves;
            assert.deepEqual(
                matrix.connections
                    .filter(({ from, to }) => [from.name, to.name].some((name) => name.endsWith("/canary")))
                    .map(({ from, to, ports }) => `${from.name} > ${to.name}: ${portsText(ports)}`)
                    .sort(),
                [
                    `${own} > ${beside}: TCP 8443`,
                    `${beside} > ${own}: TCP 8443`,
                    ...halves.flatMap((half) => [
                        `${half} > kube-system (k8s-app=kube-dns): TCP 53, UDP 53`,
                        `monitoring (app.kubernetes.io/name=prometheus) > ${half}: TCP 8080`,
                    ]),
                ].sort(),
            );
            assert.deepEqual(matrix.halfOpen, []);
        });

        it("holds nothing that the canary tries as forbidden, though others may use it", () => {
            const tried = preview.registrations
                .filter(({ type, name }) => type === "kubernetes:apps/v1:Deployment" && name.startsWith("canary-"))
                .map(({ inputs }) => /"PROBE_FORBIDDEN","value":"([^"]*)"/.exec(JSON.stringify(inputs))?.[1]);
            const platform = `x0tta6bl4.x0tta6bl4-${stack}.svc:8080`;
            assert.deepEqual(
                tried,
                halves.map(() => `kubernetes.default.svc:443,${platform}`),
            );
            const reaching = (target: string): readonly string[] =>
                matrix.connections.filter(({ to }) => to.name === target).map(({ from }) => from.name);
            for (const target of [apiServer, `x0tta6bl4-${stack}/x0tta6bl4`]) {
                assert.notDeepEqual(reaching(target), [], target);
                assert.deepEqual(
                    reaching(target).filter((name) => name.endsWith("/canary")),
                    [],
                    target,
                );
            }
        });
    });
}

describe("hardening network", () => {
    it("prints the table of one stack", async function () {
        this.timeout(120_000);
        const run = await cli(["network", "--stack", "staging"]);
        assert.equal(run.code, 0);
        const [head, ...rows] = run.out.trimEnd().split("\n");
        assert.match(head ?? "", /^FROM +TO +PORTS$/);
        assert.equal(rows.length, expected("staging").length);
    });

    it("refuses a format it does not know and a missing stack, both at once", async () => {
        const run = await cli(["network", "--format", "dot"]);
        assert.equal(run.code, 2);
        assert.deepEqual(
            run.log.filter((line) => /network needs|--format/.test(line)),
            [
                'error: --format must be one of table, mermaid, svg, json, found "dot"',
                "error: network needs --stack NAME",
            ],
        );
    });
});
