import { X509BundleSet, verifyX509Svid } from "../src/index.js";
import type { TestKeyType } from "../test/support/ca.js";
import { TestCa } from "../test/support/ca.js";

const KEYS: readonly TestKeyType[] = ["ec-p256", "rsa-2048", "ml-dsa-65"];

/** Microseconds to read a chain of DER certificates and verify it as an X.509-SVID: the mean over many. */
export async function benchVerification(runs: number): Promise<{ key: string; leaf: number; chain: number }[]> {
    const figures: { key: string; leaf: number; chain: number }[] = [];
    for (const key of KEYS) {
        const root = await TestCa.create("bench.test", { key });
        const intermediate = await root.intermediate({ key });
        const bundles = new X509BundleSet([root.bundle]);
        const time = (certificates: readonly { readonly raw: Buffer }[]): number => {
            const chain = certificates.map(({ raw }) => new Uint8Array(raw));
            const start = performance.now();
            for (let run = 0; run < runs; run++) {
                verifyX509Svid(chain, bundles);
            }
            return ((performance.now() - start) * 1_000) / runs;
        };
        const leaf = (await root.issue("/leaf", { key })).certificates;
        const chain = (await intermediate.issue("/leaf", { key })).certificates;
        time(leaf);
        figures.push({ key, leaf: time(leaf), chain: time(chain) });
    }
    return figures;
}
