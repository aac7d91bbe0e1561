import assert from "node:assert/strict";

import { mend } from "../../hardening/fix/fix";
import { controls } from "../../policies/controls";
import { selectControls } from "../../policies/engine/profiles";
import type { Body } from "../../policies/kubernetes/kube";
import { TODAY } from "../support/cli";
import type { Ended } from "./container";
import { Image, lacking } from "./container";

/** A program by what it needs of the kernel, as a command of the shell that fails where it does not get it. */
const PROGRAMS = {
    "needs nothing": "true",
    "has a capability in its file": "/app/capable",
    "is root by its file's set-user-ID": 'test "$(/app/set-user-id -u)" = 0',
    "is root by its image": 'test "$(id -u)" = 0',
    "listens on a port below 1024":
        "perl -MSocket -e 'socket(S,PF_INET,SOCK_STREAM,0)||exit 1; bind(S,sockaddr_in(80,INADDR_ANY))||exit 1'",
    "sends raw packets": "perl -MSocket -e 'socket(S,PF_INET,SOCK_RAW,1)||exit 1'",
    "gives files away": "touch /tmp/given && chown 7 /tmp/given",
    "becomes another user": "perl -e '$> = 7; exit($> != 7)'",
    "writes beside its files": "echo text > /app/written",
    "makes a namespace of users": "unshare --user true",
} as const;
type Program = keyof typeof PROGRAMS;

/** Security contexts to begin with: of the container, and of its pod. */
const CONTEXTS: readonly { readonly container: Body; readonly pod?: Body; readonly user: number }[] = [
    { container: {}, user: 0 },
    { container: {}, user: 1000 },
    { container: { runAsUser: 1000 }, user: 0 },
    { container: { runAsUser: 1000, allowPrivilegeEscalation: false }, user: 0 },
    { container: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } }, user: 1000 },
    { container: { runAsUser: 101, capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } }, user: 0 },
    { container: { capabilities: { drop: ["all"], add: ["net_raw", "CHOWN"] } }, user: 0 },
    { container: { capabilities: { add: ["NET_RAW", "SYS_TIME"] } }, pod: { runAsUser: 1000 }, user: 0 },
    { container: { seccompProfile: { type: "Unconfined" } }, pod: { runAsNonRoot: true }, user: 1000 },
    {
        container: { procMount: "Default", privileged: false },
        pod: { seccompProfile: { type: "RuntimeDefault" } },
        user: 0,
    },
];

const ALL = selectControls(controls, "all");

function podOf({ container, pod }: (typeof CONTEXTS)[number]): Body {
    const main = { name: "main", image: "registry.example/main:1", securityContext: container };
    const spec = { containers: [main], serviceAccount: "web", ...(pod && { securityContext: pod }) };
    return { apiVersion: "v1", kind: "Pod", metadata: { name: "web", namespace: "shop" }, spec };
}

/** @param also controls whose remedies are asked for by name */
function mended(pod: Body, also: Iterable<string> = []): Body {
    const { files } = mend([{ source: "pod.json", text: JSON.stringify(pod) }], {
        selected: ALL,
        waivers: [],
        now: TODAY,
        also: new Set(also),
    });
    return files[0]?.after === undefined ? pod : (JSON.parse(files[0].after) as Body);
}

/** Why a remedy has to be asked for: what works by the manifest and ends with it. Each was seen on the kernel. */
const COSTS: readonly {
    readonly control: string;
    readonly program: Program;
    readonly context: (typeof CONTEXTS)[number];
    readonly then: Ended;
}[] = [
    {
        control: "drop-all-capabilities",
        program: "has a capability in its file",
        context: { container: { runAsUser: 1000, allowPrivilegeEscalation: false }, user: 0 },
        then: "fails",
    },
    {
        control: "drop-all-capabilities",
        program: "gives files away",
        context: { container: {}, user: 0 },
        then: "fails",
    },
    {
        control: "drop-all-capabilities",
        program: "becomes another user",
        context: { container: {}, user: 0 },
        then: "fails",
    },
    {
        control: "drop-all-capabilities",
        program: "sends raw packets",
        context: { container: {}, user: 0 },
        then: "fails",
    },
    {
        control: "no-privilege-escalation",
        program: "is root by its file's set-user-ID",
        context: { container: {}, user: 1000 },
        then: "fails",
    },
    {
        control: "read-only-root-filesystem",
        program: "writes beside its files",
        context: { container: {}, user: 0 },
        then: "fails",
    },
    {
        control: "seccomp-profile-required",
        program: "makes a namespace of users",
        context: { container: {}, user: 0 },
        then: "fails",
    },
    {
        control: "run-as-non-root",
        program: "is root by its image",
        context: { container: {}, user: 0 },
        then: "is not started by the kubelet",
    },
];

const missing = lacking();

/** What `hardening fix` writes, run by runc on this machine's kernel. */
describe(`remedies on the kernel${missing === undefined ? "" : ` (skipped: ${missing})`}`, function () {
    this.timeout(120_000);
    let image: Image | undefined;
    const run = (pod: Body, program: Program, user: number): Ended =>
        (image ?? assert.fail()).run(pod, PROGRAMS[program], user);

    before(function () {
        if (missing !== undefined) {
            this.skip();
        }
        image = new Image();
    });
    after(() => image?.remove());

    for (const program of Object.keys(PROGRAMS) as Program[]) {
        it(`stop no program that ${program} and works by its manifest, unless one asks for them`, () => {
            let worked = 0;
            for (const context of CONTEXTS) {
                const before = podOf(context);
                const after = mended(before);
                assert.notDeepEqual(after, before);
                if (run(before, program, context.user) === "works") {
                    worked++;
                    assert.equal(run(after, program, context.user), "works", JSON.stringify({ before, after }));
                }
            }
            assert.ok(worked > 0, "it works by no manifest");
        });
    }

    for (const { control, program, context, then } of COSTS) {
        it(`of ${control} have to be asked for: what ${program} ${then} by them`, () => {
            const before = podOf(context);
            assert.equal(run(before, program, context.user), "works");
            assert.equal(run(mended(before), program, context.user), "works");
            assert.equal(run(mended(before, [control]), program, context.user), then);
        });
    }

    it("leave a program that needs nothing working, all of them together", () => {
        for (const context of CONTEXTS) {
            const after = mended(
                podOf(context),
                ALL.map(({ control }) => control.name),
            );
            // An image that runs as root is refused; which user it can run as, only its owner knows.
            assert.equal(run(after, "needs nothing", 1000), "works", JSON.stringify(after));
        }
    });
});
