import { strict as assert } from "node:assert";

import { cli } from "../support/cli";
import { withFiles } from "../support/files";

const POD = `apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
spec:
  hostNetwork: true
  containers:
    - name: web
      image: registry.example.org/web:1.0
      securityContext:
        privileged: true
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: everything
rules:
  - apiGroups: ["*"]
    resources: ["*"]
    verbs: ["*"]
`;
const WAIVERS = `waivers:
  - control: no-host-network
    object: Pod shop/web
    reason: It measures the node's own traffic.
    owner: platform team
    ticket: SEC-1
    expires: 2026-03-31
  - control: no-host-pid
    object: Pod shop/gone
    reason: It matches nothing any more.
    owner: platform team
    ticket: SEC-2
    expires: 2026-03-31
`;

/** What the tool itself prints in a format: findings of every sort, nothing at all, and what can't be read. */
export async function scansAs(format: string): Promise<Readonly<Record<"findings" | "clean" | "errors", string>>> {
    const files = {
        "web.yaml": POD,
        "waivers.yaml": WAIVERS,
        "clean.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings, namespace: shop }\n",
        "broken.yaml": "kind: Pod\nspec: [\n",
        "none.json": '{ "all": "disabled" }',
    };
    return withFiles(files, async (folder) => {
        const scan = async (wanted: number, ...args: readonly string[]): Promise<string> => {
            const { code, out, log } = await cli(["scan", "--format", format, ...args]);
            assert.equal(code, wanted, log.join("\n"));
            return out;
        };
        return {
            findings: await scan(1, "--waivers", `${folder}/waivers.yaml`, `${folder}/web.yaml`),
            clean: await scan(0, "--config", `${folder}/none.json`, `${folder}/clean.yaml`),
            errors: await scan(2, `${folder}/broken.yaml`, `${folder}/web.yaml`),
        };
    });
}
