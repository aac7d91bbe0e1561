/**
 * The environment of this test run without the coverage it collects, for a process of its own: compiled in another way, its
 * coverage of the same files would spoil ours.
 */
export function withoutCoverage(): NodeJS.ProcessEnv {
    return { ...process.env, NODE_V8_COVERAGE: undefined };
}
