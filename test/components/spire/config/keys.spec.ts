import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { IMAGES } from "../../../../components/images";
import { agentConf } from "../../../../components/spire/config/agent";
import { render } from "../../../../components/spire/config/json";
import { serverConf } from "../../../../components/spire/config/server";
import { pluginFaults } from "../../../../components/spire/versions";
import { isObj } from "../../../../policies/kubernetes/kube";
import { spireOf } from "../../../support/spire";
import { AGENT_CASES, SERVER_CASES } from "./cases";

/** Keys of a part of the configuration: what each holds, `value` for scalars, `any` where SPIRE leaves it open. */
interface Keys {
    readonly [key: string]: Keys | "value" | "any";
}

interface Program {
    readonly file: Keys;
    readonly plugins: Readonly<Record<string, Keys>>;
}

/** What each release decodes, from its own structs: npm run spire:configuration. */
const { releases } = JSON.parse(readFileSync("test/data/spire-configuration.json", "utf8")) as {
    readonly releases: Readonly<Record<string, Readonly<Record<"server" | "agent", Program>>>>;
};

/** The keys of a value, as paths, that the program does not read. SPIRE takes most of them without a word. */
function unread(value: unknown, keys: Keys[string] | undefined, path: string): readonly string[] {
    if (keys === undefined) {
        return [path];
    }
    if (keys === "any") {
        return [];
    }
    if (Array.isArray(value)) {
        return value.flatMap((each) => unread(each, keys, path));
    }
    if (!isObj(value)) {
        return [];
    }
    if (keys === "value") {
        return [`${path}.{}`];
    }
    return Object.entries(value).flatMap(([key, of]) => unread(of, keys[key] ?? keys["*"], `${path}.${key}`));
}

/** The same for a whole file, with each of its plugins. */
function unreadOf(text: string, program: Program): readonly string[] {
    const conf = JSON.parse(text) as { plugins: Record<string, readonly Record<string, { plugin_data: unknown }>[]> };
    const ofPlugins = Object.entries(conf.plugins).flatMap(([kind, plugins]) =>
        plugins
            .flatMap((each) => Object.entries(each))
            .flatMap(([name, { plugin_data: data }]) =>
                unread(data, program.plugins[kind]?.[name.replaceAll(/[-_]/g, "")], `${kind}.${name}`),
            ),
    );
    return [...unread(conf, program.file, ""), ...ofPlugins];
}

describe("the keys of SPIRE's configuration files", () => {
    const deployed = IMAGES["spire-server"].tag;
    const newest = Object.keys(releases).at(-1) ?? "";

    function programs(release: string): Readonly<Record<"server" | "agent", Program>> {
        return releases[release] ?? assert.fail(`run npm run spire:configuration -- ${release}`);
    }

    for (const [title, over] of Object.entries(SERVER_CASES)) {
        it(`are all read by the server with ${title}`, () => {
            const settings = spireOf(over);
            // What the deployed release does not know is refused before it is rendered.
            const release = pluginFaults(settings.server, deployed).length === 0 ? deployed : newest;
            assert.deepEqual(unreadOf(render(serverConf(settings)), programs(release).server), []);
        });
    }

    for (const [title, over] of Object.entries(AGENT_CASES)) {
        it(`are all read by the agent with ${title}`, () => {
            assert.deepEqual(unreadOf(render(agentConf(spireOf(over))), programs(IMAGES["spire-agent"].tag).agent), []);
        });
    }

    it("are found where SPIRE would not read them: in the file, in a plugin, within a block, and under a scalar", () => {
        const { server } = programs(deployed);
        const plugins = {
            KeyManager: [{ disk: { plugin_data: { keys_file: "/x" } } }, { safe: { plugin_data: {} } }],
            NodeAttestor: [{ aws_iid: { plugin_data: { verify_organization: [{ account: "1" }] } } }],
            BundlePublisher: [{ azure_blob: { plugin_data: {} } }],
        };
        const text = JSON.stringify({ server: { trust_domian: "a", ca_ttl: { hours: 1 } }, plugins });
        assert.deepEqual(unreadOf(text, server), [
            ".server.trust_domian",
            ".server.ca_ttl.{}",
            "KeyManager.disk.keys_file",
            "KeyManager.safe",
            "NodeAttestor.aws_iid.verify_organization.account",
            "BundlePublisher.azure_blob",
        ]);
    });
});
