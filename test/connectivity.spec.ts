import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { connectivity } from "../hardening/network/matrix";
import type { Matrix } from "../hardening/network/matrix";
import { portsText } from "../hardening/network/ports";
import { previewProgram } from "../hardening/sources/program";
import { readStack } from "../hardening/sources/program/stack-file";
import { Stack } from "../policies/stack";
import { cli } from "./support/cli";

const ROOT = join(__dirname, "..");

function expected(stack: string): readonly string[] {
    return readFileSync(join(__dirname, "data/connectivity", `${stack}.txt`), "utf8")
        .trimEnd()
        .split("\n");
}

for (const stack of ["staging", "production"]) {
    describe(`the connectivity of the stack ${stack}`, () => {
        let matrix: Matrix;

        before(async function () {
            this.timeout(120_000);
            const { resources } = await previewProgram(readStack(ROOT, stack), () => undefined);
            matrix = connectivity(new Stack(resources));
        });

        it("is exactly what is needed: nothing more is open, nothing needed is closed", () => {
            assert.deepEqual(
                matrix.connections.map(({ from, to, ports }) => `${from.name} > ${to.name}: ${portsText(ports)}`),
                expected(stack),
            );
        });

        it("has no connection that only one end allows", () => {
            assert.deepEqual(matrix.halfOpen, []);
        });

        it("leads anywhere from nowhere, and nowhere to anywhere", () => {
            assert.deepEqual(
                matrix.connections.filter(({ from, to }) => from.name === "anywhere" || to.name === "anywhere"),
                [],
            );
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
                "error: network needs exactly one --stack NAME",
                'error: --format must be one of table, mermaid, svg, json, found "dot"',
            ],
        );
    });
});
