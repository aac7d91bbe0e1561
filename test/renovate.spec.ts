import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import type { Image } from "../components/images";
import { IMAGES } from "../components/images";

interface Manager {
    readonly managerFilePatterns: readonly string[];
    readonly matchStrings: readonly [string];
}

const { customManagers } = JSON.parse(readFileSync(".github/renovate.json", "utf8")) as {
    readonly customManagers: readonly [Manager, Manager, Manager];
};

/** What a manager finds in the file it is for, group by group. */
function found({ managerFilePatterns, matchStrings }: Manager, file: string) {
    const [pattern = ""] = managerFilePatterns;
    assert.match(file, new RegExp(pattern.slice(1, -1)));
    return [...readFileSync(file, "utf8").matchAll(new RegExp(matchStrings[0], "g"))].map(({ groups }) => groups ?? {});
}

describe("Renovate", () => {
    it("finds every image that is pinned by a digest, with its tag and digest", () => {
        const pinned = Object.values<Image>(IMAGES).filter(({ digest }) => digest !== undefined);
        assert.ok(pinned.length > 5);
        assert.deepEqual(
            found(customManagers[0], "components/images/index.ts").map((groups) => ({ ...groups })),
            pinned.map(({ registry, repository, tag, digest }) => ({
                registry,
                repository,
                currentValue: tag,
                currentDigest: digest,
            })),
        );
    });

    it("finds the tools that workflows fetch by version", () => {
        const file = ".github/workflows/ci.yml";
        const set = [...readFileSync(file, "utf8").matchAll(/^ +([A-Z_]+)_VERSION: (\S+)$/gm)];
        assert.ok(set.length > 2);
        assert.deepEqual(
            found(customManagers[1], file).map(({ tool, currentValue }) => [tool, currentValue]),
            set.map(([, tool, version]) => [tool, version]),
        );
    });

    it("finds the image that the component of GitLab CI runs in", () => {
        const [image, ...more] = found(customManagers[2], "templates/hardening.yml");
        assert.equal(more.length, 0);
        assert.deepEqual([image?.["depName"], image?.["currentValue"]], ["node", "24-bookworm-slim"]);
    });
});
