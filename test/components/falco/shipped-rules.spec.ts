import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { load } from "js-yaml";

import { parseRules } from "../../../components/falco/rules";
import { INCIDENTS, LOOKALIKES } from "../../../responder/test/data/recordings.js";
import { IN_A_POD, ON_THE_NODE } from "../../cluster/support/intrusions";

interface Rule {
    readonly rule: string;
    readonly priority: string;
    readonly tags: readonly string[];
}

const DIRECTORY = join(__dirname, "../../../components/falco/rules");
const FILES = readdirSync(DIRECTORY).sort();

function shipped() {
    return parseRules(FILES.map((name) => ({ name, text: readFileSync(join(DIRECTORY, name), "utf8") })));
}

describe("the Falco rules we ship", () => {
    it("are these, at these priorities", () => {
        assert.deepEqual(
            shipped().rules.map(({ priority, source, name }) => `${source} ${priority} ${name}`),
            [
                "syscall WARNING Workload API socket used by an unexpected process",
                "syscall CRITICAL SPIRE admin socket used by an unexpected process",
                "syscall CRITICAL SVID or key material read by an unexpected process",
                "syscall CRITICAL Process started in a SPIRE pod that SPIRE does not ship",
                "syscall CRITICAL Workload API socket directory changed by an unexpected process",
                "syscall CRITICAL SPIRE process traced or its namespaces entered",
                "syscall CRITICAL Service account token read by an unexpected process",
                "syscall CRITICAL Shell started in a guarded container",
                "syscall ERROR File written below etc or a directory of executables",
                "syscall CRITICAL Container drift",
                "syscall WARNING File made executable in a guarded container",
                "syscall CRITICAL Process traced or its memory opened in a guarded container",
                "syscall CRITICAL Container runtime socket contacted from a guarded container",
                "syscall CRITICAL Crypto mining",
                "syscall WARNING Unexpected outbound connection",
                "syscall CRITICAL Cloud metadata contacted from a container",
                "k8s_audit CRITICAL Command run inside a guarded pod",
                "k8s_audit CRITICAL Trust bundle changed by other than the SPIRE server",
                "k8s_audit CRITICAL Token of the SPIRE agent requested by other than a kubelet",
                "k8s_audit WARNING Registration that grants more than an identity",
                "k8s_audit NOTICE Secret read by a person",
            ],
        );
    });

    it("make exceptions only by name, and nowhere switch a rule off", () => {
        const named = shipped().rules.filter((rule) => rule.exceptions.length > 0);
        assert.deepEqual(
            named.flatMap((rule) => rule.exceptions),
            [
                "workloads_with_an_identity",
                "agent_health_check",
                "application_reads_its_secrets",
                "runtime_joins_the_pod",
                "programs_that_talk_to_the_api",
                "kubelet_managed_files",
                "spire_opens_its_sockets",
                "runtime_prepares_the_container",
                "falco_looks_up_containers",
                "canary_tries_the_api_server",
                "cloud_network_plugins",
                "server_and_deployer",
            ],
        );
    });

    it("are those that the responder's recordings are of, at their priority and with their tags", () => {
        const bodies = [...INCIDENTS, ...LOOKALIKES].flatMap(({ path, bodies: all }) => (path === "/falco" ? all : []));
        const recorded = (bodies as { rule: string; priority: string; tags: readonly string[] }[]).map(
            ({ rule, priority, tags }) => `${priority.toUpperCase()} ${rule} [${tags.join(", ")}]`,
        );
        const ours = FILES.flatMap((name) => load(readFileSync(join(DIRECTORY, name), "utf8")) as Partial<Rule>[])
            .filter((entry): entry is Rule => entry.rule !== undefined)
            .map(({ rule, priority, tags }) => `${priority} ${rule} [${tags.join(", ")}]`);
        // Look-alikes are also of rules that Falco itself brings along.
        const foreign = [
            "ERROR Package management process launched in container [container, software_mgmt]",
            "NOTICE Change thread namespace [process, T1611]",
        ];
        assert.deepEqual([...new Set(recorded)].filter((rule) => !ours.includes(rule)).sort(), foreign);
    });

    it("are each set off on a real node by an intrusion of their own", () => {
        const shown = new Set([...IN_A_POD.flatMap(({ rules }) => rules), ...ON_THE_NODE.map(({ rule }) => rule)]);
        const names = shipped()
            .rules.filter(({ source }) => source === "syscall")
            .map(({ name }) => name);
        assert.deepEqual([...shown].sort(), names.sort());
    });
});
