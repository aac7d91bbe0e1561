import fc from "fast-check";

/** A small cluster with policies, as the reference program reads it, and the questions asked of it. */
export interface Landscape {
    readonly namespaces: readonly object[];
    readonly pods: readonly object[];
    readonly policies: readonly object[];
    readonly admin: readonly object[];
    readonly baseline: readonly object[];
    readonly questions: readonly Question[];
}

export interface Question {
    readonly from: string;
    readonly to: string;
    readonly protocol: string;
    readonly port: number;
}

const SPACES = ["shop", "till", "store"];
const KEYS = ["app", "tier"];
const VALUES = ["web", "db", "job"];
const PORTS = [80, 81, 443, 8080, 8081];
const NAMES = ["http", "admin"];
const PROTOCOLS = ["TCP", "UDP", "SCTP"];
const OUTSIDE = ["192.0.2.10", "192.0.3.10", "203.0.113.7"];
const RANGES = [
    "10.0.0.0/8",
    "10.0.0.0/30",
    "10.0.0.4/30",
    "192.0.2.0/24",
    "192.0.0.0/16",
    "0.0.0.0/0",
    "203.0.113.7/32",
    "10.0.0.3/32",
];

/** Unset in three of four cases, so that what the API fills in is met often. */
const rarely = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 1, nil: undefined });
const labels = fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom(...VALUES), { maxKeys: 2 });

/** A label selector; often an empty one. */
const selector = fc.record(
    {
        matchLabels: fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom(...VALUES), { maxKeys: 1 }),
        matchExpressions: fc.array(
            fc.oneof(
                fc.record({
                    key: fc.constantFrom(...KEYS),
                    operator: fc.constantFrom("In", "NotIn"),
                    values: fc.uniqueArray(fc.constantFrom(...VALUES), { minLength: 1, maxLength: 2 }),
                }),
                fc.record({ key: fc.constantFrom(...KEYS), operator: fc.constantFrom("Exists", "DoesNotExist") }),
            ),
            { maxLength: 1 },
        ),
    },
    { requiredKeys: [] },
);
const namespaceSelector = fc.oneof(
    selector,
    fc.constantFrom(...SPACES).map((name) => ({ matchLabels: { "kubernetes.io/metadata.name": name } })),
);

const block = fc.record(
    {
        cidr: fc.constantFrom(...RANGES),
        except: fc.uniqueArray(fc.constantFrom(...RANGES.slice(1)), { maxLength: 2 }),
    },
    { requiredKeys: ["cidr"] },
);
const peer = fc.oneof(
    fc.record({ podSelector: selector }),
    fc.record({ namespaceSelector }),
    fc.record({ podSelector: selector, namespaceSelector }),
    fc.record({ ipBlock: block }),
);
const port = fc.oneof(
    fc.record(
        { protocol: fc.constantFrom(...PROTOCOLS), port: fc.constantFrom<unknown>(...PORTS, ...NAMES) },
        { requiredKeys: [] },
    ),
    fc.record({ port: fc.constantFrom(80, 443), endPort: fc.constantFrom(443, 8080) }),
);
const ruleOf = (field: "from" | "to") =>
    fc.record(
        { [field]: fc.array(peer, { maxLength: 2 }), ports: fc.array(port, { maxLength: 2 }) },
        { requiredKeys: [] },
    );

const policy = fc
    .record({
        namespace: fc.constantFrom(...SPACES),
        spec: fc.record(
            {
                podSelector: selector,
                policyTypes: fc.uniqueArray(fc.constantFrom("Ingress", "Egress"), { maxLength: 2 }),
                ingress: fc.array(ruleOf("from"), { maxLength: 2 }),
                egress: fc.array(ruleOf("to"), { maxLength: 2 }),
            },
            { requiredKeys: ["podSelector"] },
        ),
    })
    .map(({ namespace, spec }) => ({
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { namespace },
        spec,
    }));
/** Several as a rule, so that clearly more than a fifth of the answers are denied; now and then none or one. */
const policies = fc.oneof(
    { weight: 4, arbitrary: fc.array(policy, { minLength: 4, maxLength: 8 }) },
    { weight: 1, arbitrary: fc.array(policy, { maxLength: 1 }) },
);

const scopedPeer = fc.oneof(
    fc.record({ namespaces: namespaceSelector }),
    fc.record({ pods: fc.record({ namespaceSelector, podSelector: selector }) }),
);
/** Without names of ports: the reference takes every port of a pod that has one of that name, whatever its number. */
const adminPort = fc.oneof(
    fc.record({
        portNumber: fc.record(
            { protocol: fc.constantFrom(...PROTOCOLS), port: fc.constantFrom(...PORTS) },
            { requiredKeys: ["port"] },
        ),
    }),
    fc.record({
        portRange: fc.record(
            {
                protocol: fc.constantFrom(...PROTOCOLS),
                start: fc.constantFrom(1, 81),
                end: fc.constantFrom(443, 9000),
            },
            { requiredKeys: ["start", "end"] },
        ),
    }),
);
const adminRule = (field: "from" | "to", actions: readonly string[]) =>
    fc.record(
        {
            action: fc.constantFrom(...actions),
            [field]: fc.array(
                field === "from"
                    ? scopedPeer
                    : fc.oneof(
                          scopedPeer,
                          fc.record({
                              networks: fc.uniqueArray(fc.constantFrom(...RANGES), { minLength: 1, maxLength: 2 }),
                          }),
                      ),
                { minLength: 1, maxLength: 2 },
            ),
            ports: fc.array(adminPort, { minLength: 1, maxLength: 2 }),
        },
        { requiredKeys: ["action", field] },
    );
const adminSpec = (actions: readonly string[]) =>
    fc.record(
        {
            subject: scopedPeer,
            ingress: fc.array(adminRule("from", actions), { maxLength: 3 }),
            egress: fc.array(adminRule("to", actions), { maxLength: 3 }),
        },
        { requiredKeys: ["subject"] },
    );
const adminObject = (kind: string, name: string, spec: object) => ({
    apiVersion: "policy.networking.k8s.io/v1alpha1",
    kind,
    metadata: { name },
    spec,
});

const container = fc.record({
    name: fc.constant("main"),
    image: fc.constant("example.org/app"),
    ports: fc.uniqueArray(
        fc.record(
            {
                name: fc.constantFrom(...NAMES),
                containerPort: fc.constantFrom(...PORTS),
                protocol: fc.constantFrom(...PROTOCOLS),
            },
            { requiredKeys: ["name", "containerPort"] },
        ),
        { maxLength: 2, selector: ({ name }) => name },
    ),
});
const pods = fc
    .array(
        fc.record({
            namespace: fc.constantFrom(...SPACES),
            labels,
            containers: fc.array(container, { minLength: 1, maxLength: 2 }),
            hostNetwork: rarely(fc.constant(true)),
        }),
        { minLength: 3, maxLength: 6 },
    )
    .map((list) =>
        list.map(({ namespace, labels: own, containers, hostNetwork }, index) => ({
            apiVersion: "v1",
            kind: "Pod",
            metadata: { name: `pod-${index}`, namespace, labels: own },
            spec: { containers, ...(hostNetwork === true ? { hostNetwork } : {}) },
            status: { podIPs: [{ ip: `10.0.0.${index + 1}` }] },
        })),
    );

const namespaces = fc.tuple(...SPACES.map(() => labels)).map((all) =>
    all.map((own, index) => ({
        apiVersion: "v1",
        kind: "Namespace",
        metadata: {
            name: SPACES[index],
            labels: { ...own, "kubernetes.io/metadata.name": SPACES[index] },
        },
    })),
);

/** A list that is empty half of the time. */
function orNone<T>(some: fc.Arbitrary<T[]>): fc.Arbitrary<T[]> {
    return fc.oneof(fc.constant<T[]>([]), some);
}

/** Random landscapes, with questions about their pods and addresses outside. */
export function landscapes(questions: number): fc.Arbitrary<Landscape> {
    return fc
        .record({
            namespaces,
            pods,
            policies,
            // Of one priority each: between equal ones the API names no order.
            admin: orNone(fc.array(adminSpec(["Allow", "Deny", "Pass"]), { maxLength: 3 })),
            baseline: orNone(fc.array(adminSpec(["Allow", "Deny"]), { maxLength: 1 })),
        })
        .chain((parts) => {
            const addresses = [...parts.pods.map(({ status }) => status.podIPs[0]?.ip ?? ""), ...OUTSIDE];
            const question = fc
                .record({
                    from: fc.constantFrom(...addresses),
                    to: fc.constantFrom(...addresses),
                    protocol: fc.constantFrom("TCP", "TCP", ...PROTOCOLS),
                    port: fc.constantFrom(...PORTS),
                })
                // What a pod says to itself never meets a policy.
                .filter(({ from, to }) => from !== to);
            return fc.record({
                namespaces: fc.constant(parts.namespaces),
                pods: fc.constant(parts.pods),
                policies: fc.constant(
                    parts.policies.map((policy, index) => ({
                        ...policy,
                        metadata: { ...policy.metadata, name: `policy-${index}` },
                    })),
                ),
                admin: fc.constant(
                    parts.admin.map((spec, index) =>
                        adminObject("AdminNetworkPolicy", `admin-${index}`, { ...spec, priority: (index * 7) % 5 }),
                    ),
                ),
                baseline: fc.constant(
                    parts.baseline.map((spec) => adminObject("BaselineAdminNetworkPolicy", "default", spec)),
                ),
                questions: fc.array(question, { minLength: questions, maxLength: questions }),
            });
        });
}
