import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";

import { htmlPage } from "../../../hardening/formats/html-page";

const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

describe("htmlPage", () => {
    it("lets in its own style and nothing else, and escapes its title", () => {
        const page = htmlPage({ title: "<a> & b", styles: "p { margin: 0; }", body: ["<p>one</p>", "<p>two</p>"] });
        assert.ok(page.includes("<title>&#60;a&#62; &#38; b</title>"));
        assert.ok(page.includes(`content="default-src 'none'; style-src ${hash("p { margin: 0; }")}">`));
        assert.ok(page.endsWith("<body>\n<p>one</p>\n<p>two</p>\n</body>\n</html>\n"));
    });

    it("runs its own script, after everything else", () => {
        const page = htmlPage({ title: "t", styles: "", script: "run();", body: ["<p>one</p>"] });
        assert.ok(page.includes(`; script-src ${hash("run();")}">`));
        assert.ok(page.endsWith("<p>one</p>\n<script>run();</script>\n</body>\n</html>\n"));
    });
});
