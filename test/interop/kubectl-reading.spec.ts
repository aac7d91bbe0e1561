import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";

import { parseManifest } from "../../hardening/sources/manifests.js";
import { kubeObjects } from "../../policies/kubernetes/kube.js";
import { tally } from "../support/tally.mjs";
import { askGoProgram, buildGoProgram, goIsThere } from "./go-program.js";
import { mutatedText, Random } from "./manifest-texts.js";

const DOCUMENTS = Number(process.env["READING_DOCUMENTS"] ?? 2_000);
const SEED = Number(process.env["READING_SEED"] ?? Date.now() % 2 ** 31);
const available = goIsThere();

/** A value as JSON keeps it: without the sign of zero. */
const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** What kubectl's own reader makes of a file. */
interface Seen {
    readonly objects: readonly unknown[];
    readonly error?: string;
}

/** kubectl refuses an object for the type of a field; here that is a finding about the object. */
const WRONG_TYPE = /json: cannot unmarshal \w+ into Go struct field/;

/**
 * The reader of manifests against k8s.io/cli-runtime's resource builder, which `kubectl apply` reads with: for every
 * document both see the same objects, or the scanner refuses it and says why.
 */
describe(`Reading as kubectl does (${DOCUMENTS} documents, READING_SEED=${SEED})${available ? "" : " (skipped: go is not on the PATH)"}`, function () {
    this.timeout(3_600_000);
    let texts: readonly string[];
    let seen: readonly Seen[];

    before(async function () {
        if (!available) {
            this.skip();
        }
        const binary = await buildGoProgram("kubectl-reader");
        const random = new Random(SEED);
        texts = Array.from({ length: DOCUMENTS }, () => mutatedText(random)).filter((text) => text.isWellFormed());
        seen = askGoProgram(binary, texts) as readonly Seen[];
    });

    it("sees the objects that kubectl sees, or refuses the document", () => {
        const wrong: string[] = [];
        let read = 0;
        for (const [index, text] of texts.entries()) {
            const { resources, failures } = parseManifest("manifest", Buffer.from(text));
            const { objects, error } = seen[index] ?? { objects: [] };
            const what = `READING_SEED=${SEED}, document ${index}: ${JSON.stringify(text)}`;
            if (failures.length > 0) {
                continue;
            }
            read++;
            const ours = resources.flatMap((resource) => kubeObjects(resource)).map(({ body }) => body);
            const isRight = error === undefined ? isDeepStrictEqual(json(ours), json(objects)) : WRONG_TYPE.test(error);
            if (!isRight) {
                wrong.push(`${error ?? "other objects"}: ${what}`);
            }
        }
        tally("kubectl's reader, mutated documents", texts.length, wrong.length);
        assert.deepEqual(wrong.slice(0, 10), []);
        // A reader that refused everything would agree with kubectl on nothing.
        assert.ok(read > texts.length / 5, `${read} of ${texts.length} documents were read`);
    });

    it("refuses little that kubectl reads as a whole", () => {
        const refused = texts.filter((text, index) => {
            const whole = seen[index]?.error === undefined && (seen[index]?.objects.length ?? 0) > 0;
            return whole && parseManifest("manifest", Buffer.from(text)).failures.length > 0;
        });
        const whole = seen.filter(({ error, objects }) => error === undefined && objects.length > 0).length;
        assert.ok(refused.length < whole / 4, `${refused.length} of ${whole}`);
    });
});
