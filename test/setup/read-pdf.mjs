/** Reads the PDF files named and writes what each holds as JSON. A process of its own: their reader is an ES module. */
import { readFileSync } from 'node:fs';
import { extractText, getDocumentProxy } from 'unpdf';

async function read(file) {
  const pdf = await getDocumentProxy(new Uint8Array(readFileSync(file)));
  const { info } = await pdf.getMetadata();
  const { text } = await extractText(pdf, { mergePages: false });
  const [roles, alts] = [new Set(), []];
  const visit = ({ role, alt, children = [] }) => {
    if (role) roles.add(role);
    if (alt) alts.push(alt);
    for (const child of children) visit(child);
  };
  for (let n = 1; n <= pdf.numPages; n++) visit((await (await pdf.getPage(n)).getStructTree()) ?? {});
  return { info, pages: text, roles: [...roles], alts };
}

const all = [];
for (const file of process.argv.slice(2)) all.push(await read(file));
process.stdout.write(JSON.stringify(all));
