import type { Finding } from "../../hardening/findings";
import { counted } from "../../hardening/findings";
import type { Format, RenderOptions } from "../../hardening/formats/format";
import type { Findings, Outcome, Run } from "../../hardening/formats/report";
import { objectControl } from "../../policies/engine/control";
import { TODAY } from "./cli";

/** A manifest whose second document has a fault at a field that is there, and one at a field that is not. */
export const MANIFEST = `# web
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: prod
  labels:
    app.kubernetes.io/name: web
spec:
  template:
    spec:
      containers:
        - name: web
          image: web
          securityContext:
            privileged: true
`;

export const noPrivileged = objectControl({
    name: "no-privileged",
    description: "No container runs privileged.",
    why: "A privileged container owns its node.",
    severity: "critical",
    covers: ["pod.privileged"],
    frameworks: [
        { framework: "cis", id: "5.2.2" },
        { framework: "mitre", id: "T1610" },
    ],
    remediation: "Unset privileged.",
    profiles: ["baseline"],
    kinds: ["Pod"],
    check: () => [],
});

/** A finding in the manifest above. */
export function finding(over: Partial<Finding> = {}): Finding {
    return {
        source: "k8s/web.yaml",
        document: 1,
        type: "kubernetes:apps/v1:Deployment",
        kind: "Deployment",
        namespace: "prod",
        name: "web",
        control: "no-privileged",
        covers: ["pod.privileged"],
        severity: "critical",
        enforcement: "mandatory",
        status: "violation",
        path: "spec.template.spec.containers[0].securityContext.privileged",
        message:
            'Deployment prod/web: spec.template.spec.containers[0].securityContext.privileged is true (container "web"). Remove it.',
        remediation: "Unset privileged.",
        frameworks: noPrivileged.frameworks,
        container: "web",
        ...over,
    };
}

export const WAIVED: Partial<Finding> = {
    status: "waived",
    waiver: {
        reason: "The vendor needs it until May.",
        owner: "platform team",
        ticket: "SEC-1",
        expires: "2026-05-31",
        from: "waivers.yaml: waivers[0]",
    },
};

export const EXCEPTED: Partial<Finding> = {
    status: "excepted",
    exception: { component: "acme:shop:Agent", reason: "The kernel lets only root do it." },
};

/** A run over the manifest above. */
export function runOf(
    findings: readonly Finding[],
    {
        selected,
        profile,
        startedAt,
        view,
        controlsUrl,
        textOf: content,
        ...outcome
    }: Partial<Omit<Run, "findings"> & Outcome> = {},
): Run {
    return {
        findings: counted(passing(findings, outcome)),
        selected: selected ?? [{ control: noPrivileged, enforcement: "mandatory", params: {} }],
        profile: profile ?? "all",
        startedAt: startedAt ?? TODAY,
        ...(view && { view }),
        ...(controlsUrl !== undefined && { controlsUrl }),
        textOf: content ?? ((source) => (source === "k8s/web.yaml" ? MANIFEST : undefined)),
    };
}

function* passing(findings: readonly Finding[], outcome: Partial<Outcome>): Findings<Omit<Outcome, "tally">> {
    yield* findings;
    return { subject: "1 file", failures: [], resources: 2, notJudged: [], excluded: 0, elapsedMs: 1500, ...outcome };
}

/** A report as one text. */
export function textOf(format: Format<Run>, run: Run, options: RenderOptions = { colour: false }): string {
    const pieces: string | Iterable<string> = format(run, options);
    return typeof pieces === "string" ? pieces : [...pieces].join("");
}
