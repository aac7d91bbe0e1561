// Names the tool's version where others are told which one to install; part of npm run changeset:version.
import { readFileSync, writeFileSync } from "node:fs";

const { version } = JSON.parse(readFileSync("packages/hardening/package.json", "utf8"));

/** Files, and in each what stands before the version. */
const PLACES = {
    "action.yml": /(description: Version of the tool\n +default: ")[^"]+/,
    "templates/hardening.yml": /(description: Version of the tool\n +default: ")[^"]+/,
    ".pre-commit-hooks.yaml": /(@x0tta6bl4\/hardening@)\S+/,
};

for (const [file, place] of Object.entries(PLACES)) {
    const text = readFileSync(file, "utf8");
    if (!place.test(text)) {
        throw new Error(`${file} names no version of the tool`);
    }
    writeFileSync(file, text.replace(place, `$1${version}`));
}
