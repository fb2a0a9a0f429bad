/** Reads a PDF from standard input and writes what it holds as JSON. A process of its own: its reader is an ES module. */
import { buffer } from 'node:stream/consumers';
import { extractText, getDocumentProxy } from 'unpdf';

const pdf = await getDocumentProxy(new Uint8Array(await buffer(process.stdin)));
const { info } = await pdf.getMetadata();
const { text } = await extractText(pdf, { mergePages: false });
const [roles, alts] = [new Set(), []];
const visit = ({ role, alt, children = [] }) => {
  if (role) roles.add(role);
  if (alt) alts.push(alt);
  for (const child of children) visit(child);
};
for (let n = 1; n <= pdf.numPages; n++) visit((await (await pdf.getPage(n)).getStructTree()) ?? {});
process.stdout.write(JSON.stringify({ info, pages: text, roles: [...roles], alts }));
