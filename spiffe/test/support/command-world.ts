import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { COMMANDS } from "../../src/cli/commands.js";
import { TestCa } from "./ca.js";
import { FakeWorkloadApi } from "./fake-workload-api.js";
import { TokenIssuer } from "./tokens.js";

/** The `spiffe` command in this process, with a folder of its own and a Workload API that issues `spiffe://example.org/web`. */
export class CommandWorld {
    said: string[] = [];
    readonly logged: string[] = [];

    private constructor(
        readonly ca: TestCa,
        /** Of a trust domain that is federated with the command's own. */
        readonly partner: TestCa,
        readonly issuer: TokenIssuer,
        readonly api: FakeWorkloadApi,
        readonly folder: string,
    ) {}

    static async create(): Promise<CommandWorld> {
        const [ca, partner] = [await TestCa.create("example.org"), await TestCa.create("partner.test")];
        const issuer = new TokenIssuer("example.org");
        const folder = await mkdtemp(join(tmpdir(), "spiffe-command-"));
        const api = await FakeWorkloadApi.start();
        api.issue([await ca.issue("/web")], [ca.bundle, partner.bundle]);
        api.setJwtBundles({ bundles: { "spiffe://example.org": new TextEncoder().encode(issuer.document) } });
        const tokens = await Promise.all(
            ["reports", "both"].map((name) => issuer.issue({ audience: name === "both" ? ["a", "b"] : [name] })),
        );
        api.onFetchJwt = ({ audience }) => ({
            svids: [{ spiffeId: "spiffe://example.org/web", svid: tokens[audience.includes("a") ? 1 : 0] ?? "" }],
        });
        return new CommandWorld(ca, partner, issuer, api, folder);
    }

    run(name: string, args: readonly string[], signal = new AbortController().signal): Promise<void> {
        const output = {
            say: (line: string) => this.said.push(line),
            log: (line: string) => this.logged.push(line),
        };
        return COMMANDS[name]?.run(args, output, signal) ?? assert.fail(name);
    }

    /** Arguments by which it writes the folder `svid`, which {@link read} reads. */
    files(): string[] {
        return ["--address", this.api.address, "--to", join(this.folder, "svid")];
    }

    read(name: string): Promise<string> {
        return readFile(join(this.folder, "svid", name), "utf8");
    }

    async close(): Promise<void> {
        await this.api.stop();
        await rm(this.folder, { recursive: true });
    }
}
