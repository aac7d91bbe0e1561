import type { Judgement } from "../judgement";
import { missing, proven, unproven } from "../judgement";

/** What a program that is deployed can do from some version on. */
export interface Capability {
    /** Last part of the program's image, without its tag. */
    readonly image: string;
    /** The first version that can; left out where none is known to. */
    readonly since?: string | undefined;
    /** The newest version that somebody has looked at. */
    readonly checkedUpTo: string;
    /** Where that is to be read. */
    readonly source: string;
}

/** Judges by the versions that the stack deploys. */
export function judgeCapability(
    { image, since, checkedUpTo, source }: Capability,
    images: readonly string[],
): Judgement {
    const versions = images.flatMap((reference) => {
        const [, name, version] = /([^/:@]+):v?(\d+(?:\.\d+)*)(?:@[^@]*)?$/.exec(reference) ?? [];
        return name === image && version !== undefined ? [version] : [];
    });
    const [oldest] = [...new Set(versions)].sort(byVersion);
    if (oldest === undefined) {
        return missing(`no image ${image} with a version is in the stack`);
    }
    if (since !== undefined && byVersion(oldest, since) >= 0) {
        return proven(`${image} ${oldest} can, as every one since ${since}`);
    }
    if (byVersion(oldest, checkedUpTo) > 0) {
        return unproven(
            `whether ${image} ${oldest} can has nobody looked up yet (known up to ${checkedUpTo}, ${source})`,
        );
    }
    const cure = since === undefined ? `none up to ${checkedUpTo} can` : `${since} can`;
    return missing(`${image} ${oldest} can't; ${cure} (${source})`);
}

function byVersion(a: string, b: string): number {
    return a.localeCompare(b, "en", { numeric: true });
}
