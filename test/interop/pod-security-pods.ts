import fc from "fast-check";

import { BUILT_IN_CARRIERS, POD_CARRIERS } from "../../policies/kubernetes/kinds.js";
import type { PodCarrier, PodPlace } from "../../policies/kubernetes/kinds.js";
import { versionsOf } from "../../policies/kubernetes/api.js";

/** A pod in one of the kinds that carry pods. */
export interface CarriedPod {
    /** The pod by itself, as the API server would be sent it. */
    readonly pod: Body;
    /** The same pod in its kind. */
    readonly carried: Body;
    readonly builtIn: boolean;
}

export type Body = Readonly<Record<string, unknown>>;
type Values = Readonly<Record<string, fc.Arbitrary<unknown>>>;

/** A draw by weights, which are the same however deep it stands. */
function draw(
    ...choices: readonly (readonly [weight: number, arbitrary: fc.Arbitrary<unknown>])[]
): fc.Arbitrary<unknown> {
    return fc.oneof({ depthSize: "max" }, ...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })));
}

const nothing = fc.constant(undefined);
const seldom = (arbitrary: fc.Arbitrary<unknown>) => draw([1, nothing], [1, arbitrary]);
/** Set in one of twenty cases. */
const rarely = (arbitrary: fc.Arbitrary<unknown>) => draw([19, nothing], [1, arbitrary]);
const orNull = (arbitrary: fc.Arbitrary<unknown>) => draw([1, fc.constant(null)], [5, arbitrary]);

/** Mostly the first value, so that a pod fails few of the checks and each of them is met by itself. */
function mostly(usual: unknown, ...others: readonly unknown[]): fc.Arbitrary<unknown> {
    return draw([19, fc.constant(usual)], [1, fc.constantFrom(...others)]);
}

/** An object of the fields that are drawn; a field that is undefined is left out, as in JSON. */
function body(fields: Values): fc.Arbitrary<Body> {
    return fc.record(fields).map((drawn) => JSON.parse(JSON.stringify(drawn)) as Body);
}

const texts = (...values: readonly string[]) => fc.constantFrom(...values);
const some = (...values: readonly string[]) => fc.subarray([...values], { maxLength: 2 });

const SECCOMP = ["RuntimeDefault", "Localhost", "Unconfined", "", "runtimeDefault"];
const seccomp = body({ type: texts(...SECCOMP), localhostProfile: seldom(texts("profiles/a.json")) });
const appArmor = body({ type: texts("RuntimeDefault", "Localhost", "Unconfined", "", "unconfined") });
const seLinux = body({
    type: seldom(texts("container_t", "container_init_t", "container_kvm_t", "container_engine_t", "spc_t", "")),
    user: rarely(texts("system_u", "")),
    role: rarely(texts("system_r", "")),
    level: seldom(texts("s0:c123,c456")),
});
const windows = body({ hostProcess: fc.constantFrom(true, false, null), runAsUserName: seldom(texts("Someone")) });
const uid = fc.constantFrom(0, 1, 1000, null);

/** What a container and its pod both may say. */
const shared: Values = {
    runAsUser: rarely(uid),
    runAsGroup: rarely(uid),
    seLinuxOptions: rarely(orNull(seLinux)),
    appArmorProfile: rarely(orNull(appArmor)),
    windowsOptions: rarely(orNull(windows)),
};

const CAPABILITIES = [
    "NET_BIND_SERVICE",
    "CHOWN",
    "AUDIT_WRITE",
    "SETFCAP",
    "SYS_ADMIN",
    "NET_RAW",
    "net_bind_service",
    "CAP_NET_BIND_SERVICE",
    "ALL",
    "",
];
const capabilities = body({
    drop: mostly(["ALL"], undefined, null, [], ["all"], ["NET_RAW"], ["NET_RAW", "ALL"], ["CAP_ALL"]),
    add: rarely(orNull(some(...CAPABILITIES))),
});
const securityContext = body({
    ...shared,
    allowPrivilegeEscalation: mostly(false, true, null, undefined),
    capabilities: draw([19, capabilities], [1, fc.constantFrom(null, undefined)]),
    privileged: rarely(fc.constantFrom(true, false, null)),
    procMount: rarely(texts("Default", "Unmasked", "")),
    runAsNonRoot: mostly(undefined, true, false, null),
    seccompProfile: rarely(orNull(seccomp)),
});

const action = body({
    httpGet: seldom(body({ port: fc.constant(80), host: seldom(texts("192.0.2.1", "127.0.0.1", "::1", "")) })),
    tcpSocket: rarely(body({ port: fc.constant("http"), host: seldom(texts("192.0.2.1", "localhost", "")) })),
});
const port = body({
    containerPort: fc.constantFrom(80, 8080),
    hostPort: seldom(fc.constantFrom(0, 80, 8080, null)),
});

function container(name: string, isEphemeral: boolean): fc.Arbitrary<Body> {
    const served: Values = {
        ports: rarely(fc.array(port, { minLength: 1, maxLength: 2 })),
        livenessProbe: rarely(action),
        readinessProbe: rarely(action),
        startupProbe: rarely(action),
        lifecycle: rarely(body({ postStart: seldom(action), preStop: seldom(action) })),
    };
    return body({
        name: fc.constant(name),
        image: fc.constant("registry.example/a:1"),
        securityContext: draw([19, securityContext], [1, fc.constantFrom(null, undefined)]),
        ...(isEphemeral ? {} : served),
    });
}

const VOLUMES: Readonly<Record<string, Body>> = {
    emptyDir: {},
    configMap: { name: "a" },
    secret: { secretName: "a" },
    projected: { sources: [] },
    downwardAPI: { items: [] },
    persistentVolumeClaim: { claimName: "a" },
    ephemeral: { volumeClaimTemplate: { spec: {} } },
    csi: { driver: "csi.example" },
    hostPath: { path: "/var/log" },
    nfs: { server: "a", path: "/" },
    gitRepo: { repository: "https://git.example/a" },
    image: { reference: "registry.example/data:1" },
    iscsi: { targetPortal: "a", iqn: "b", lun: 0 },
    flexVolume: { driver: "a/b" },
    portworxVolume: { volumeID: "a" },
    rbd: { monitors: ["a"], image: "b" },
};
const SAFE_VOLUMES = ["emptyDir", "configMap", "secret", "projected", "downwardAPI", "persistentVolumeClaim", "csi"];
const volume = draw([8, texts(...SAFE_VOLUMES)], [1, texts(...Object.keys(VOLUMES))]).map((kind): Body => ({
    name: "v",
    [String(kind)]: VOLUMES[String(kind)],
}));

const SYSCTLS = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem",
    "net.ipv4.tcp_slow_start_after_idle",
    "net.ipv4.tcp_notsent_lowat",
    "kernel.msgmax",
    "net/ipv4/tcp_syncookies",
];
const sysctl = texts(...SYSCTLS).map((name): Body => ({ name, value: "1" }));

const PROFILES = ["runtime/default", "docker/default", "localhost/a", "localhost/", "unconfined", "", "other"];
const annotations = fc.dictionary(
    texts(
        ...["c0", "c1", "i0", "e0", "elsewhere"].flatMap((name) => [
            `container.apparmor.security.beta.kubernetes.io/${name}`,
            `container.seccomp.security.alpha.kubernetes.io/${name}`,
        ]),
        "seccomp.security.alpha.kubernetes.io/pod",
    ),
    texts(...PROFILES),
    { maxKeys: 2 },
);

const podSecurityContext = body({
    ...shared,
    runAsNonRoot: mostly(true, false, null, undefined),
    seccompProfile: draw(
        [18, fc.constant({ type: "RuntimeDefault" })],
        [1, fc.constantFrom(null, undefined)],
        [1, seccomp],
    ),
    sysctls: rarely(fc.array(sysctl, { maxLength: 2 })),
});
const flag = rarely(fc.constantFrom(true, false, null));

const spec = body({
    containers: draw(
        [3, fc.tuple(container("c0", false))],
        [1, fc.tuple(container("c0", false), container("c1", false))],
    ),
    initContainers: rarely(
        fc
            .tuple(container("i0", false), fc.constantFrom("Always", undefined))
            .map(([init, restartPolicy]) => [{ ...init, ...(restartPolicy !== undefined && { restartPolicy }) }]),
    ),
    ephemeralContainers: rarely(fc.tuple(container("e0", true))),
    hostNetwork: flag,
    hostPID: flag,
    hostIPC: flag,
    hostUsers: rarely(fc.constantFrom(true, false, null)),
    os: rarely(body({ name: texts("linux", "windows") })),
    securityContext: draw([19, podSecurityContext], [1, fc.constantFrom(null, undefined)]),
    volumes: seldom(orNull(fc.array(volume, { maxLength: 2 }))),
});

/** Where a kind keeps a whole pod, in the words of Kubernetes alone. */
function wholePlaces({ places }: PodCarrier): readonly PodPlace[] {
    return places.filter((place) => place.partial === undefined && place.containers === undefined);
}

interface Place {
    readonly apiVersion: string;
    readonly kind: string;
    readonly place: PodPlace;
    readonly builtIn: boolean;
}

const BUILT_IN: ReadonlySet<PodCarrier> = new Set(BUILT_IN_CARRIERS);

/** Every place for a whole pod; those of groups that no release serves any more are left out. */
const PLACES: readonly Place[] = POD_CARRIERS.filter(({ group }) => group !== "extensions").flatMap((carrier) =>
    wholePlaces(carrier).map((place): Place => {
        const { group, kind } = carrier;
        const builtIn = BUILT_IN.has(carrier);
        return { apiVersion: builtIn ? stableVersion(group, kind) : `${group}/v1`, kind, place, builtIn };
    }),
);

function stableVersion(group: string, kind: string): string {
    const version = versionsOf(kind, 36).find((candidate) => candidate === (group === "" ? "v1" : `${group}/v1`));
    if (version === undefined) {
        throw new Error(`no stable version of ${group} serves ${kind}`);
    }
    return version;
}

/** The pod with what it is put into, along the steps of its place; `*` is an item of a list. */
function put(value: unknown, steps: readonly string[]): unknown {
    return steps.reduceRight((inner, step) => (step === "*" ? [inner] : { [step]: inner }), value);
}

function carry({ apiVersion, kind, place, builtIn }: Place, metadata: Body, podSpec: Body): CarriedPod {
    const name = "random";
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { ...metadata, name }, spec: podSpec };
    const held = put(podSpec, place.spec ?? ["spec"]) as Body;
    const inside = put({ metadata, ...held }, place.at) as Body;
    const isPodItself = place.at.length === 0;
    const own = isPodItself ? { ...metadata, name } : { name };
    return { pod, carried: { apiVersion, kind, ...inside, metadata: own }, builtIn };
}

/** Pods in all the kinds that carry whole ones: those of the API in half of the cases. */
export const carriedPods: fc.Arbitrary<CarriedPod> = fc
    .tuple(
        fc.oneof(
            fc.constantFrom(...PLACES.filter(({ builtIn }) => builtIn)),
            fc.constantFrom(...PLACES.filter(({ builtIn }) => !builtIn)),
        ),
        body({ annotations: rarely(annotations) }),
        spec,
    )
    .map(([place, metadata, podSpec]) => carry(place, metadata, podSpec));
