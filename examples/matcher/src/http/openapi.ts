import { openapi, type Health } from "health-state";
import { MATCH_DISTANCE, SIGNAL_TYPES } from "../signal/signal-type.ts";

const PROBLEM = { "application/problem+json": { schema: { $ref: "#/components/schemas/problem" } } };
const IMAGE_FORM = {
  "multipart/form-data": {
    schema: { type: "object", required: ["image"], properties: { image: { type: "string", format: "binary" } } },
  },
};
const SIGNAL_BODY = {
  required: true,
  content: { "application/json": { schema: { $ref: "#/components/schemas/signal" } }, ...IMAGE_FORM },
};
const BANK = { name: "name", in: "path", required: true, schema: { type: "string" }, description: "The bank's name." };
const CONTENT = {
  name: "id",
  in: "path",
  required: true,
  schema: { type: "integer" },
  description: "The content's id.",
};
const MALFORMED = { description: "Malformed; `detail` says what is accepted.", content: PROBLEM };
const MISSING = { description: "There is no such thing.", content: PROBLEM };

const LOOKUP_RESPONSES = {
  "200": {
    description: "What the index holds, nearest first.",
    content: { "application/json": { schema: { $ref: "#/components/schemas/answer" } } },
  },
  "400": MALFORMED,
  "503": {
    description: "The index is not loaded yet; `retry-after` says when to come again.",
    headers: { "retry-after": { schema: { type: "integer" }, description: "Seconds." } },
    content: PROBLEM,
  },
};

const MATCHER_PATHS = {
  "/m/lookup": {
    get: {
      operationId: "lookup",
      tags: ["matcher"],
      summary: "Look a signal up",
      parameters: [
        { name: "signal_type", in: "query", required: true, schema: { enum: SIGNAL_TYPES } },
        { name: "signal", in: "query", required: true, schema: { type: "string" }, description: "In hex." },
      ],
      responses: LOOKUP_RESPONSES,
    },
    post: {
      operationId: "lookupBody",
      tags: ["matcher"],
      summary: "Look a signal or an image up",
      requestBody: SIGNAL_BODY,
      responses: { ...LOOKUP_RESPONSES, "413": { description: "Over 8 MB.", content: PROBLEM } },
    },
  },
};

const CURATOR_PATHS = {
  "/c/bank": {
    post: {
      operationId: "createBank",
      tags: ["curator"],
      summary: "Make a bank",
      requestBody: {
        required: true,
        content: {
          "application/json": {
            schema: { type: "object", required: ["name"], properties: { name: { type: "string" } } },
          },
        },
      },
      responses: {
        "201": { description: "Made." },
        "400": MALFORMED,
        "409": { description: "There is one.", content: PROBLEM },
      },
    },
  },
  "/c/bank/{name}": {
    delete: {
      operationId: "deleteBank",
      tags: ["curator"],
      summary: "Delete a bank and what is in it",
      parameters: [BANK],
      responses: { "204": { description: "Deleted." }, "404": MISSING },
    },
  },
  "/c/bank/{name}/content": {
    post: {
      operationId: "addContent",
      tags: ["curator"],
      summary: "Put a signal or an image into a bank",
      description: "It is found once the next build of the index is loaded.",
      parameters: [BANK],
      requestBody: SIGNAL_BODY,
      responses: { "201": { description: "Added." }, "400": MALFORMED, "404": MISSING },
    },
  },
  "/c/bank/{name}/content/{id}": {
    delete: {
      operationId: "deleteContent",
      tags: ["curator"],
      summary: "Take a content out of a bank",
      parameters: [BANK, CONTENT],
      responses: { "204": { description: "Deleted." }, "400": MALFORMED, "404": MISSING },
    },
  },
};

const DONE = { "204": { description: "Done." } };
const DEMO_PATHS = {
  "/demo/stop-database": {
    post: { operationId: "stopDatabase", tags: ["demo"], summary: "Put the database out of reach", responses: DONE },
  },
  "/demo/publish-empty": {
    post: {
      operationId: "publishEmpty",
      tags: ["demo"],
      summary: "Announce a build with nothing in it",
      responses: DONE,
    },
  },
  "/demo/heal": {
    post: { operationId: "heal", tags: ["demo"], summary: "Mend the database and build anew", responses: DONE },
  },
  "/demo/accept": {
    post: {
      operationId: "accept",
      tags: ["demo"],
      summary: "Accept the build that was refused",
      responses: { ...DONE, "409": { description: "None is refused.", content: PROBLEM } },
    },
  },
};

const COMMON_PATHS = {
  "/": {
    get: {
      operationId: "page",
      tags: ["pages"],
      summary: "A page that shows the states",
      responses: { "200": { description: "HTML." } },
    },
  },
  "/index/status": {
    get: {
      operationId: "indexStatus",
      tags: ["matcher"],
      summary: "What the index held in memory is built from",
      responses: { "200": { description: "For each type of signal: present, built_to, size." } },
    },
  },
  "/site-map": {
    get: {
      operationId: "siteMap",
      tags: ["pages"],
      summary: "Every route",
      responses: { "200": { description: "Method, path and summary of each." } },
    },
  },
  "/openapi.json": {
    get: {
      operationId: "openapi",
      tags: ["pages"],
      summary: "This document",
      responses: { "200": { description: "OpenAPI 3.1." } },
    },
  },
};

const SCHEMAS = {
  signal: {
    type: "object",
    required: ["signal_type", "signal"],
    properties: {
      signal_type: { enum: SIGNAL_TYPES },
      signal: { type: "string", description: "In hex: 32 digits for md5, 64 for pdq." },
      label: { type: "string", maxLength: 200 },
    },
  },
  answer: {
    type: "object",
    required: ["built_to", "lookups"],
    properties: {
      built_to: { type: "integer", description: "The change of the banks up to which the index goes." },
      lookups: { type: "array", items: { $ref: "#/components/schemas/lookup" } },
    },
  },
  lookup: {
    type: "object",
    required: ["signal_type", "signal", "matches"],
    properties: {
      signal_type: { enum: SIGNAL_TYPES },
      signal: { type: "string" },
      matches: {
        type: "array",
        maxItems: 100,
        items: {
          type: "object",
          required: ["bank", "content_id", "distance"],
          properties: {
            bank: { type: "string" },
            content_id: { type: "integer" },
            distance: { type: "integer", minimum: 0, maximum: MATCH_DISTANCE.pdq, description: "In bits." },
          },
        },
      },
    },
  },
  problem: {
    type: "object",
    properties: { title: { type: "string" }, status: { type: "integer" }, detail: { type: "string" } },
  },
};

/** Which of the routes there are. */
export interface Mounted {
  readonly matcher: boolean;
  readonly curator: boolean;
  /** The routes behind the page's buttons. */
  readonly demo: boolean;
}

/** The service's OpenAPI 3.1 document; the probes' part comes from the library. */
export function openapiDocument(health: Health, mounted: Mounted): Record<string, unknown> & { readonly paths: Paths } {
  return {
    openapi: "3.1.0",
    info: { title: "Matcher", version: "1.0.0", description: "Finds known content by its hash." },
    paths: {
      ...openapi(health),
      ...(mounted.matcher ? MATCHER_PATHS : {}),
      ...(mounted.curator ? CURATOR_PATHS : {}),
      ...(mounted.demo ? DEMO_PATHS : {}),
      ...COMMON_PATHS,
    },
    components: { schemas: SCHEMAS },
  };
}

type Paths = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** One line of the site map. */
export interface SiteMapEntry {
  readonly method: string;
  readonly path: string;
  readonly summary: string;
}

/** Every operation of a document, in its order. */
export function siteMapOf(paths: Paths): readonly SiteMapEntry[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      summary: summaryOf(operation),
    })),
  );
}

function summaryOf(operation: unknown): string {
  const named = typeof operation === "object" && operation !== null && "summary" in operation;
  return named && typeof operation.summary === "string" ? operation.summary : "";
}
