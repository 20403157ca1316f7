// Checks signatures with Digital Bazaar's cryptosuites: one JSON array of documents in, one array of verdicts out.
// {"nquads": "..."} is a signed document in RDF (eddsa-rdfc-2022), {"json": {...}} one in JSON (eddsa-jcs-2022).
// Nothing is fetched: contexts come from packages, keys from their did:key names.
import * as dataIntegrityContext from '@digitalbazaar/data-integrity-context';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {createVerifyCryptosuite as jcs} from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import {cryptosuite as rdfc} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import jsonld from 'jsonld';
import jsigs from 'jsonld-signatures';

const SEC = 'https://w3id.org/security#';
const DI = 'https://w3id.org/security/data-integrity/v2';

async function documentLoader(url) {
  if(dataIntegrityContext.contexts.has(url)) {
    return {document: dataIntegrityContext.contexts.get(url), documentUrl: url};
  }
  if(url.startsWith('did:key:')) {
    const controller = url.split('#')[0];
    const key = controller.slice('did:key:'.length);
    const method = {
      '@context': 'https://w3id.org/security/multikey/v1',
      id: `${controller}#${key}`, type: 'Multikey', controller, publicKeyMultibase: key
    };
    const document = url.includes('#') ? method : {
      '@context': 'https://www.w3.org/ns/did/v1', id: controller, assertionMethod: [method]
    };
    return {document, documentUrl: url};
  }
  throw new Error(`nothing is fetched: ${url}`);
}

class Purpose extends jsigs.purposes.ProofPurpose {
  constructor() { super({term: 'assertionMethod'}); }
  async validate(proof, {verificationMethod}) {
    return {valid: proof.proofPurpose === 'assertionMethod' && verificationMethod.id === proof.verificationMethod};
  }
}

function compacted(node) {
  const only = name => node[name][0]['@value'] ?? node[name][0]['@id'];
  return {
    id: node['@id'], type: 'DataIntegrityProof', cryptosuite: only(`${SEC}cryptosuite`),
    created: only('http://purl.org/dc/terms/created'), proofPurpose: 'assertionMethod',
    verificationMethod: only(`${SEC}verificationMethod`), proofValue: only(`${SEC}proofValue`)
  };
}

async function fromRdf(nquads) {
  const nodes = await jsonld.fromRDF(nquads, {format: 'application/n-quads'});
  const found = nodes.find(node => (node['@type'] || []).includes(`${SEC}DataIntegrityProof`));
  const rest = nodes.filter(node => node !== found);
  for(const node of rest) { delete node[`${SEC}proof`]; }
  return {'@context': DI, '@graph': rest, proof: compacted(found)};
}

async function verdict(entry) {
  try {
    const document = entry.nquads === undefined ? entry.json : await fromRdf(entry.nquads);
    const cryptosuite = entry.nquads === undefined ? jcs() : rdfc;
    const suite = new DataIntegrityProof({cryptosuite});
    const result = await jsigs.verify(document, {suite, purpose: new Purpose(), documentLoader});
    return {verified: result.verified, error: result.verified ? '' : String(result.error?.errors?.[0] ?? result.error)};
  } catch(error) {
    return {verified: false, error: String(error)};
  }
}

let input = '';
for await (const part of process.stdin) { input += part; }
const verdicts = [];
for(const entry of JSON.parse(input)) { verdicts.push(await verdict(entry)); }
process.stdout.write(JSON.stringify(verdicts));
