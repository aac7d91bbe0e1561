import { join } from "node:path";

import { packageFolder } from "../bench/corpus.mjs";
import { main } from "../hardening/cli/main";
import { apiServer } from "../test/support/api-server";
import type { Manifest } from "../test/support/controls";
import { withFiles } from "../test/support/files";

/** A command line with what it prints on a terminal without colours, its time left out. */
interface Shown {
    readonly command: string;
    readonly output: string;
}

/** The day of every output: waivers and certificates count by it. */
const DAY = new Date("2026-12-01T12:00:00Z");

/** Runs the tool in a folder, as somebody there would. */
async function shown(folder: string, ...args: readonly string[]): Promise<Shown> {
    const before = process.cwd();
    let output = "";
    process.chdir(folder);
    try {
        await main(args, {
            out: (text) => (output += text),
            log: (line) => (output += `${line}\n`),
            stdin: () => Buffer.alloc(0),
            colour: false,
            shown: true,
            interactive: false,
            now: () => DAY,
            clock: () => 0,
        });
    } finally {
        process.chdir(before);
    }
    return { command: `hardening ${args.join(" ")}`, output: output.replaceAll(", 0.00 s", "").trimEnd() };
}

/** The pod of the second output, which the document shows too. */
export const BAD_POD = `apiVersion: v1
kind: Pod
metadata:
  name: debug
  namespace: shop
spec:
  hostPID: true
  containers:
    - name: shell
      image: busybox
      command: [sleep, infinity]
      securityContext:
        privileged: true
      env:
        - name: DB_PASSWORD
          value: hunter2
      volumeMounts:
        - name: host
          mountPath: /host
  volumes:
    - name: host
      hostPath:
        path: /
`;

function chart(name: string): Readonly<Record<string, string>> {
    const at = (path: string) => `charts/${name}/${path}`;
    return {
        [at("Chart.yaml")]: `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`,
        [at("values.yaml")]: "replicas: 2\n",
        [at("templates/deployment.yaml")]:
            `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  replicas: {{ .Values.replicas }}\n`,
        [at("templates/service.yaml")]: `apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}\n`,
    };
}

const REPOSITORY: Readonly<Record<string, string>> = {
    ...chart("web"),
    ...chart("api"),
    ...chart("worker"),
    "deploy/namespace.yaml": `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    pod-security.kubernetes.io/enforce: restricted
`,
    "deploy/jobs.yaml": `apiVersion: batch/v1
kind: CronJob
metadata:
  name: report
  namespace: shop
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: report
              image: registry.example.org/shop/report:1.4.2
`,
};

/** Charts without the program that builds them: what is missing is named, and the rest is judged. */
async function repository(): Promise<Shown> {
    const { PATH } = process.env;
    process.env["PATH"] = "";
    try {
        return await withFiles(REPOSITORY, (folder) => shown(folder, "scan", "--profile", "restricted", "."));
    } finally {
        process.env["PATH"] = PATH;
    }
}

/** Workloads of three teams, of which some came by Helm, as an API server lists them. */
function workloads(): readonly Manifest[] {
    return ["shop", "billing", "search"].flatMap((namespace, team) =>
        ["web", "worker", "cache", "exporter"].map((name, index) => ({
            metadata: {
                name,
                namespace,
                labels: { "app.kubernetes.io/name": name },
                ...(index % 2 === 0 && {
                    annotations: {
                        "meta.helm.sh/release-name": namespace,
                        "meta.helm.sh/release-namespace": namespace,
                    },
                }),
            },
            spec: {
                selector: { matchLabels: { "app.kubernetes.io/name": name } },
                template: {
                    metadata: { labels: { "app.kubernetes.io/name": name } },
                    spec: {
                        ...(name === "exporter" && { hostNetwork: true }),
                        containers: [
                            {
                                name,
                                image: `registry.example.org/${namespace}/${name}:2.${team}`,
                                ...(name === "exporter" && { securityContext: { privileged: team === 0 } }),
                            },
                        ],
                    },
                },
            },
        })),
    );
}

async function cluster(): Promise<Shown> {
    const namespaces = ["shop", "billing", "search"].map((name) => ({ metadata: { name } }));
    const server = await apiServer([
        { apiVersion: "v1", kind: "Namespace", name: "namespaces", namespaced: false, items: namespaces },
        { apiVersion: "apps/v1", kind: "Deployment", name: "deployments", items: workloads() },
        { apiVersion: "v1", kind: "Secret", name: "secrets", refuse: { status: 403, message: "secrets is forbidden" } },
    ]);
    const kubeconfig = `current-context: production
contexts: [{name: production, context: {cluster: production}}]
clusters: [{name: production, cluster: {server: "${server.url}"}}]
`;
    try {
        return await withFiles({ kubeconfig }, (folder) => shown(folder, "audit", "--kubeconfig", "kubeconfig"));
    } finally {
        await server.close();
    }
}

/** What the marks of the document stand for, each made anew by running the tool. */
export const OUTPUTS: Readonly<Record<string, () => Promise<Shown>>> = {
    stack: () => shown(".", "preview", "--stack", "production"),
    pod: () => withFiles({ "pod.yaml": BAD_POD }, (folder) => shown(folder, "scan", "pod.yaml")),
    charts: repository,
    cluster,
};

/** Argo CD's own manifest for installing it, of the module in the benchmark's corpus, which is fetched where it is not there yet. */
export function argoCd(): Promise<Shown> {
    return shown(join(packageFolder("github.com/argoproj/argo-cd/v3"), "manifests"), "scan", "install.yaml");
}

/** A document with an output between its two marks. */
export function withOutput(document: string, name: string, { command, output }: Shown): string {
    const mark = `<!-- output ${name} -->\n`;
    const start = document.indexOf(mark) + mark.length;
    const end = document.indexOf("<!-- /output -->", start);
    if (start < mark.length || end < 0) {
        throw new Error(`the document has no marks for the output "${name}"`);
    }
    return `${document.slice(0, start)}\n\`\`\`console\n$ ${command}\n${output}\n\`\`\`\n\n${document.slice(end)}`;
}
