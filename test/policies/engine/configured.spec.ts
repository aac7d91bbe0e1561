import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Policies, PolicyConfigSchema } from "@pulumi/policy";
import Ajv from "ajv";

import { configuredPolicies } from "../../../policies/engine/configured";
import type { Control } from "../../../policies/engine/control";
import { objectControl, stackControl } from "../../../policies/engine/control";
import { EXCEPTIONS } from "../../../policies/engine/exceptions";
import { PROFILES } from "../../../policies/engine/profiles";
import type { Resource } from "../../../policies/kubernetes/resource";
import { resourceOf } from "../../support/controls";
import { configMap } from "../../support/objects";

/** A control that is violated by every ConfigMap. */
function noConfigMaps(name: string, rest: Pick<Control, "profiles"> & Partial<Pick<Control, "aliases">>): Control {
    return objectControl({
        name,
        description: "There is no ConfigMap.",
        why: "Nobody reads them.",
        severity: "low",
        covers: [],
        frameworks: [],
        remediation: "Remove it.",
        kinds: ["ConfigMap"],
        ...rest,
        *check() {
            yield { path: "data", message: `${name} was asked.` };
        },
    });
}

const URN = "urn:pulumi:dev::shop::kubernetes:core/v1:ConfigMap::settings";
const REGISTRY = [
    noConfigMaps("for-strangers", { profiles: ["restricted"] }),
    noConfigMaps("for-us", { profiles: ["x0tta6bl4"], aliases: ["for-us-once"] }),
];

type Validate = (args: object, report: (message: string) => void) => void;

/** Runs the pack as the SDK does: its policies in their order over one resource, then over the stack. */
function run(registry: readonly Control[], settings: object, folder: string, resource: Resource): readonly string[] {
    const policies = configuredPolicies(registry, new Date("2026-12-01T00:00:00Z"), folder);
    const messages: string[] = [];
    for (const stage of ["validateResource", "validateStack"] as const) {
        for (const policy of policies) {
            const getConfig = () => (policy.name === "hardening-settings" ? settings : {});
            const validate = (policy as unknown as Partial<Record<typeof stage, Validate>>)[stage];
            validate?.({ ...resource, resources: [resource], getConfig }, (message) => messages.push(message));
        }
    }
    return messages;
}

/** What the pack says of one ConfigMap. */
function said(settings: object, folder = "/nowhere", registry: readonly Control[] = REGISTRY): readonly string[] {
    const messages = run(registry, settings, folder, resourceOf(configMap({ a: "1" }), { urn: URN }));
    return messages.map((message) => /(for-[a-z]+) was asked/.exec(message)?.[1] ?? message);
}

describe("the pack that is configured by who uses it", () => {
    it("goes by restricted where nothing is configured", () => {
        assert.deepEqual(said({}), ["for-strangers"]);
    });

    it("runs what is configured, a control by its former name too", () => {
        assert.deepEqual(said({ profile: "x0tta6bl4" }), ["for-us"]);
        assert.deepEqual(said({ controls: ["for-us"] }), ["for-strangers", "for-us"]);
        assert.deepEqual(said({ controls: ["for-us-once"] }), ["for-strangers", "for-us"]);
    });

    it("names all that is wrong with its configuration, and goes by the defaults then", () => {
        const wrong = { profile: "x0tta6bl4", controls: ["no-such"], waivers: ["gone.yaml"] };
        assert.deepEqual(said(wrong), [
            "for-strangers",
            "hardening-settings.controls: no-such is not known; known: for-strangers, for-us, all",
            "hardening-settings.waivers: gone.yaml does not exist in /nowhere",
        ]);
        assert.deepEqual(said({ controls: ["all"] }), [
            "for-strangers",
            "hardening-settings.controls: all is no control but a profile; set hardening-settings.profile to it",
        ]);
    });

    describe("tells the engine of its settings", () => {
        let settings: Policies[number] | undefined;
        let properties: PolicyConfigSchema["properties"];

        before(() => {
            [settings] = configuredPolicies(REGISTRY, new Date(0), "/nowhere");
            properties = settings?.configSchema?.properties ?? {};
        });

        it("what it may be given, which the engine holds a configuration to", () => {
            const isTaken = new Ajv({ strict: false }).compile({ type: "object", properties });
            const taken = [
                {},
                ...PROFILES.map((profile) => ({ profile })),
                { controls: [], waivers: [] },
                { controls: ["for-us", "for-strangers"], waivers: ["a.yaml", "/b.yaml"] },
                { foundation: true },
                { foundation: false },
            ];
            const refused = [
                { profile: "none" },
                { profile: ["cis"] },
                { controls: "for-us" },
                { controls: [1] },
                { waivers: "a.yaml" },
                { waivers: [{}] },
                { foundation: "true" },
            ];
            assert.deepEqual(
                taken.filter((given) => !isTaken(given)),
                [],
            );
            assert.deepEqual(
                refused.filter((given) => isTaken(given)),
                [],
            );
        });

        it("what stands where nothing is given", () => {
            const defaults = Object.fromEntries(
                Object.entries(properties).map(([name, property]) => [name, property.default]),
            );
            assert.deepEqual(Object.keys(defaults), ["profile", "controls", "waivers", "foundation"]);
            assert.equal(defaults["foundation"], false);
            assert.deepEqual(said(defaults), said({}));
            assert.notDeepEqual(said(defaults), said({ ...defaults, profile: "x0tta6bl4" }));
        });

        it("in sentences, and as something grave", () => {
            const texts = [settings?.description, ...Object.values(properties).map((property) => property.description)];
            for (const text of texts) {
                assert.match(text ?? "", /^[A-Z].*\.$/);
            }
            assert.equal(settings?.severity, "high");
        });
    });

    it("reads its settings for a stack without resources too", () => {
        const [settings] = configuredPolicies(REGISTRY, new Date(0), "/nowhere") as unknown as Partial<
            Record<"validateStack", Validate>
        >[];
        const messages: string[] = [];
        const getConfig = () => ({ controls: ["no-such"] });
        settings?.validateStack?.({ resources: [], getConfig }, (message) => messages.push(message));
        assert.deepEqual(messages, [
            "hardening-settings.controls: no-such is not known; known: for-strangers, for-us, all",
        ]);
    });

    it("serves every control switched on, and asks those that the profile holds", () => {
        const levels = configuredPolicies(REGISTRY, new Date(0), "/nowhere").map(
            ({ name, enforcementLevel }) => `${name} ${enforcementLevel}`,
        );
        assert.deepEqual(levels, [
            "hardening-settings mandatory",
            "for-strangers mandatory",
            "for-us mandatory",
            "waivers-in-order mandatory",
            "waivers-last advisory",
        ]);
    });

    it("leaves a control of no profile to who enables it in the engine", () => {
        const repeating = { ...noConfigMaps("for-nobody", { profiles: [] }), repeats: ["for-us"] };
        assert.deepEqual(said({}, "/nowhere", [...REGISTRY, repeating]), ["for-strangers", "for-nobody"]);
    });

    it("gates controls over stacks as those over objects", () => {
        const stackWide = (name: string, profiles: Control["profiles"]): Control => ({
            ...stackControl({
                ...noConfigMaps(name, { profiles }),
                check: (stack) => stack.given.map((object) => ({ object, path: "", message: `${name} was asked.` })),
            }),
        });
        const registry = [stackWide("for-strangers", ["restricted"]), stackWide("for-us", ["x0tta6bl4"])];
        assert.deepEqual(said({}, "/nowhere", registry), ["for-strangers"]);
        assert.deepEqual(said({ profile: "x0tta6bl4" }, "/nowhere", registry), ["for-us"]);
    });

    describe("with waivers", () => {
        let folder: string;
        const entry = (control: string, expires = "2027-05-01"): string =>
            `waivers:\n  - {control: ${control}, object: ConfigMap shop/settings, reason: r, owner: o, ticket: t, expires: ${expires}}\n`;

        beforeEach(() => {
            folder = mkdtempSync(join(tmpdir(), "configured-"));
        });
        afterEach(() => {
            rmSync(folder, { recursive: true });
        });

        it("reads them from its folder or an absolute path, and takes them all", () => {
            writeFileSync(join(folder, "ours.yaml"), entry("for-us"));
            writeFileSync(join(folder, "theirs.yaml"), entry("for-strangers"));
            assert.deepEqual(said({ waivers: ["theirs.yaml"] }, folder), []);
            assert.deepEqual(said({ waivers: [join(folder, "theirs.yaml")] }), []);
            assert.deepEqual(said({ controls: ["for-us"], waivers: ["theirs.yaml"] }, folder), ["for-us"]);
            assert.deepEqual(said({ controls: ["for-us"], waivers: ["theirs.yaml", "ours.yaml"] }, folder), []);
        });

        it("names all that is wrong with the files, and waives nothing then", () => {
            writeFileSync(join(folder, "ours.yaml"), entry("for-strangers"));
            writeFileSync(join(folder, "wrong.yaml"), entry("for-nobody", "soon"));
            mkdirSync(join(folder, "folder.yaml"));
            assert.deepEqual(said({ waivers: ["ours.yaml", "wrong.yaml", "folder.yaml"] }, folder), [
                "for-strangers",
                "wrong.yaml: waivers[0].control names no control",
                'wrong.yaml: waivers[0].expires must be a date, YYYY-MM-DD, found "soon"',
                "hardening-settings.waivers: folder.yaml can't be read (EISDIR)",
            ]);
        });
    });

    it("excepts what the foundation's components need only where somebody says that they are these", () => {
        const [exception] = EXCEPTIONS.filter(({ control }) => control === "no-host-pid");
        assert.ok(exception);
        const registry = [
            objectControl({
                ...noConfigMaps(exception.control, { profiles: ["restricted"] }),
                kinds: ["apps/DaemonSet"],
                check: () => [{ path: "spec.template.spec.hostPID", message: "was asked." }],
            }),
        ];
        const agent = {
            apiVersion: "apps/v1",
            kind: "DaemonSet",
            metadata: { name: "spire-agent", namespace: "spire" },
        };
        const urn = `urn:pulumi:dev::shop::${exception.component}$kubernetes:apps/v1:DaemonSet::agent`;
        const found = (settings: object) => run(registry, settings, "/nowhere", resourceOf(agent, { urn }));
        assert.deepEqual(found({}), ["DaemonSet spire/spire-agent: was asked."]);
        assert.deepEqual(found({ foundation: false }), ["DaemonSet spire/spire-agent: was asked."]);
        assert.deepEqual(found({ foundation: true }), []);
    });
});
