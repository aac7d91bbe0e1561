import type { Dns, Fact, Platform } from "./platform";

const START = "<!-- platforms -->";
const END = "<!-- /platforms -->";

/** A document with what is known of the platforms between its marks. */
export function withPlatforms(text: string, platforms: Readonly<Record<string, Platform>>): string {
    const [before, rest] = text.split(START);
    const after = rest?.split(END)[1];
    if (before === undefined || after === undefined) {
        throw new Error(`the document lacks ${START} and ${END}`);
    }
    const all = Object.entries(platforms);
    return [
        before + START,
        "",
        ...overview(all),
        "",
        ...all.flatMap(([name, platform]) => [...section(name, platform), ""]),
        END + after,
    ].join("\n");
}

const code = (text: string): string => `\`${text}\``;

function overview(platforms: readonly (readonly [string, Platform])[]): readonly string[] {
    return table([
        [
            "`cluster.platform`",
            "What",
            "Engine",
            "Policies enforced",
            "Audit policy ours",
            "eBPF",
            "Critical quota",
            "Tried",
        ],
        ...platforms.map(([name, one]) => [
            code(name),
            one.title,
            one.networkEngine,
            one.policiesEnforced,
            one.controlPlaneFiles,
            one.ebpf,
            one.criticalQuota,
            one.tried,
        ]),
    ]);
}

function section(name: string, platform: Platform): readonly string[] {
    const rows: readonly (readonly [string, string, Fact])[] = [
        ["Network policies", platform.policiesEnforced, platform.network],
        ["Name resolution", dnsText(platform.dns), platform.dnsFact],
        ["Kubelet", code(platform.kubeletRoot), platform.kubelet],
        ["API server", `port ${platform.apiServerPorts.join(", ")}`, platform.apiServer],
        ["Audit log", platform.controlPlaneFiles, platform.auditLog],
        ["Pod security", platform.podSecurityAdmission, platform.podSecurity],
        ["Falco", `${platform.ebpf}, ${code(platform.runtimeSocket)}`, platform.falco],
        ["Metadata", platform.metadataAddresses.join(", ") || "none", platform.metadata],
    ];
    return [
        `### ${platform.title} (${code(name)})`,
        "",
        ...table([
            ["What", "Is", "From documentation"],
            ...rows.map(([what, is, { says, source }]) => [what, is, `${says} [Source](${source})`]),
        ]),
    ];
}

function dnsText({ namespace, labels, ports, addresses }: Dns): string {
    const pods = Object.entries(labels).map(([key, value]) => code(`${key}=${value}`));
    return [`${code(namespace)}, ${pods.join(" ")}, port ${ports.join(", ")}`, ...addresses.map(code)].join("; ");
}

/** A table as prettier lays it out. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
    const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
    const line = (row: readonly string[]): string =>
        `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
    const [head = "", ...body] = rows.map(line);
    return [head, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body];
}
