interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly description?: string }[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: unknown }>> };
  readonly responses?: Readonly<Record<string, { readonly description?: string; readonly content?: Readonly<Record<string, { readonly schema?: unknown }>> }>>;
}

interface Document {
  readonly info: { readonly title: string; readonly description?: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> };
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
code,pre{font:14px/1.45 ui-monospace,monospace}pre{background:#f4f4f4;padding:.8rem;overflow:auto}h2{margin-top:2.5rem}
details{border-top:1px solid #ddd;padding:.4rem 0}summary{cursor:pointer}b{display:inline-block;min-width:4.5rem}
table{border-collapse:collapse}td{padding:.1rem .8rem .1rem 0;vertical-align:top}
@media (prefers-color-scheme:dark){body{color:#e6e6e6;background:#161616}pre{background:#242424}details{border-color:#3a3a3a}a{color:#8ab4ff}}`;

/** A document for people, of the same facts; it needs no script and nothing from elsewhere. */
export function openApiPage(document: object): string {
  const { info, paths, components } = document as Document;
  const groups = new Map<string, string[]>();
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const tag = operation.tags?.[0] ?? 'other';
      groups.set(tag, [...(groups.get(tag) ?? []), operationHtml(method, path, operation)]);
    }
  }
  const sections = [...groups].map(([tag, operations]) => `<h2>${escaped(tag)}</h2>\n${operations.join('\n')}`);
  const schemas = Object.entries(components?.schemas ?? {}).map(
    ([name, schema]) =>
      `<details id="${escaped(name)}"><summary><code>${escaped(name)}</code></summary><pre>${escaped(JSON.stringify(schema, undefined, 2))}</pre></details>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(info.title)} API</title><style>${STYLE}</style></head>
<body><h1>${escaped(info.title)} API</h1>
<p>${escaped(info.description ?? '')} For programs: <a href="openapi.json">openapi.json</a>.</p>
${sections.join('\n')}
<h2>documents</h2>
${schemas.join('\n')}
</body></html>
`;
}

function operationHtml(method: string, path: string, { summary = '', description = '', parameters = [], requestBody, responses = {} }: Operation): string {
  const rows = parameters.map(
    (each) => `<tr><td><code>${escaped(each.name)}</code></td><td>${escaped(each.in)}</td><td>${escaped(each.description ?? '')}</td></tr>`,
  );
  const body = requestBody?.content?.['application/json']?.schema;
  const answers = Object.entries(responses).map(
    ([status, { description: about = '', content }]) =>
      `<tr><td><code>${status}</code></td><td>${escaped(about)}</td><td>${nameOf(content?.['application/json']?.schema)}</td></tr>`,
  );
  return `<details><summary><b>${method.toUpperCase()}</b> <code>${escaped(path)}</code> ${escaped(summary)}</summary>
<p>${escaped(description)}</p>${rows.length > 0 ? `<table>${rows.join('')}</table>` : ''}
${body === undefined ? '' : `<p>Body: ${nameOf(body)}</p>`}<table>${answers.join('')}</table></details>`;
}

/** A link to a document that has a name, else what it is. */
function nameOf(schema: unknown): string {
  if (typeof schema !== 'object' || schema === null) return '';
  if ('$ref' in schema) {
    const name = escaped(String(schema.$ref).split('/').at(-1) ?? '');
    return `<a href="#${name}">${name}</a>`;
  }
  return `<code>${escaped(JSON.stringify(schema))}</code>`;
}
