/** The floors of the pack below its controls, and what each builds on of the others. Platforms have a stricter rule. */
const BUILDS_ON = {
    // What the API means.
    kubernetes: [],
    // Controls of paths and the tool's command read the same graph.
    paths: ["kubernetes"],
    engine: ["kubernetes"],
};
const FLOORS = ["controls", "platforms", ...Object.keys(BUILDS_ON)];

/** The arrows between the rooms, as docs/architecture.md draws them: each room imports only what stands below it. */
module.exports = {
    forbidden: [
        {
            name: "policies-import-nothing-above",
            comment: "The pack is published as it is: it may import npm packages and itself only.",
            severity: "error",
            from: { path: "^policies/" },
            to: { pathNot: ["^policies/", "node_modules"], dependencyTypesNot: ["core"] },
        },
        ...Object.entries(BUILDS_ON).map(([floor, below]) => ({
            name: `${floor}-imports-nothing-above`,
            severity: "error",
            from: { path: `^policies/${floor}/` },
            to: {
                path: `^policies/(${FLOORS.filter((other) => other !== floor && !below.includes(other)).join("|")})/`,
            },
        })),
        {
            name: "platforms-are-data",
            comment: "What is known of ways to run Kubernetes; it is read by components and by the tool.",
            severity: "error",
            from: { path: "^policies/platforms/" },
            to: { pathNot: "^policies/platforms/" },
        },
        {
            name: "components-never-import-the-tool",
            severity: "error",
            from: { path: "^components/" },
            to: { path: "^(hardening|test|probe)/" },
        },
        {
            name: "only-the-registry-knows-the-areas",
            comment:
                "An area is its folder and one line of components/areas.ts; what others need of it is in its other files.",
            severity: "error",
            from: { path: "^(components|index)", pathNot: "^components/areas\\.ts$" },
            to: { path: "^components/[^/]+/area\\.ts$" },
        },
        {
            name: "nobody-imports-the-program",
            severity: "error",
            from: { path: "^(components|policies|hardening)/" },
            to: { path: "^index\\.ts$" },
        },
        {
            name: "the-tool-does-not-import-components",
            comment: "The tool judges what the program registers; it must not know how the program is made.",
            severity: "error",
            from: { path: "^hardening/" },
            to: { path: "^components/" },
        },
        {
            name: "controls-know-neither-pack-nor-engine",
            comment: "A control is plain TypeScript, so that scanning never loads the SDK.",
            severity: "error",
            from: { path: "^policies/(?!engine/(?:pack|configured)\\.ts|index\\.ts|published\\.ts)" },
            to: { path: "node_modules/@pulumi/" },
        },
        {
            name: "only-the-program-source-loads-the-sdk",
            severity: "error",
            from: { path: "^hardening/(?!sources/program/(host|monitor)\\.ts)" },
            to: { path: "node_modules/@pulumi/" },
        },
        {
            name: "the-library-stands-alone",
            comment: "It is published as it is: others have neither our policies nor our components.",
            severity: "error",
            from: { path: "^spiffe/src/" },
            to: { path: "^(index\\.ts$|(components|policies|hardening|security|probe|responder|test|bench)/)" },
        },
        {
            name: "programs-on-the-cluster-use-the-library-alone",
            comment:
                "They run in containers of their own, with what the library exports and nothing else of this repository.",
            severity: "error",
            from: { path: "^(probe|responder)/src/" },
            to: { path: "^(index\\.ts$|(components|policies|hardening|security|test|bench|spiffe/src)/)" },
        },
        {
            name: "programs-on-the-cluster-are-imported-by-nobody",
            severity: "error",
            from: { path: "^(spiffe/src|components|policies|hardening)/" },
            to: { path: "^(probe|responder)/src/" },
        },
        {
            name: "no-cycles",
            comment: "A circle that only types close is none when the program runs: they are erased.",
            severity: "error",
            from: {},
            to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
        },
    ],
    options: {
        doNotFollow: { path: "node_modules" },
        tsPreCompilationDeps: true,
        tsConfig: { fileName: "tsconfig.json" },
    },
};
