#!/usr/bin/env python3
"""Checks a set on a local storage and lists its newest point. Written from format.md alone, as a proof of that page; it restores nothing.

reader.py CONTAINER ENGINE SET [PASS_FILE]      needs Python 3.9 and `cryptography`

Prints a line of JSON for each level, then one for each entry of the point. Ends with 1 and one line on stderr when something is not as it should be.
"""
import base64, bz2, gzip, hashlib, hmac, json, lzma, re, sys
from pathlib import Path
from urllib.parse import unquote_to_bytes

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
try:
    from cryptography.hazmat.decrepit.ciphers.modes import CFB
except ImportError:
    from cryptography.hazmat.primitives.ciphers.modes import CFB

PIECE = 4194304
DECOMPRESS = {'gzip': gzip.decompress, 'bzip2': bz2.decompress, 'xz': lzma.decompress, 'none': lambda data: data}

sha256 = lambda data: hashlib.sha256(data).hexdigest()
hkdf = lambda key, salt, info: HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(key)
path_of = lambda entry: entry['p'].encode() if 'p' in entry else unquote_to_bytes(entry['pb'])

class Damage(Exception): pass

def need(condition, text):
    if not condition:
        raise Damage(text)

class Level:
    def __init__(self, container, engine, name, t0, level, t):
        self.t0, self.level, self.t = t0, level, t
        self.where = f'{level}_{t} of chain {t0}'
        self.folder, visible = (container / root / engine / name / str(t0) / f'{level}_{t}' for root in ('data', 'metadata'))
        self.committed = visible / 'metadata' if (visible / 'metadata').exists() else self.folder / 'superseded'

    def read(self, name):
        path = self.committed if name == 'metadata' else self.folder / name
        need(path.exists(), f'{name} of {self.where} is missing')
        return path.read_bytes()

    def open(self, engine, name, passphrase):
        raw = self.read('manifest')
        match = re.fullmatch(rb'([^\n]*)\n(sha256|hmac-sha256) ([0-9a-f]{64})\n?', raw)
        need(len(raw) <= 65536 and match, f'manifest of {self.where} has not two lines')
        line, self.vouching, digest = match[1], match[2].decode(), match[3].decode()
        document = json.loads(line)
        actual = sha256(line)
        if self.vouching == 'hmac-sha256':
            need(passphrase is not None, f'{self.where} needs a pass file')
            self.chain_key = hashlib.scrypt(passphrase, salt=base64.b64decode(document['salt']), n=32768, r=8, p=1, maxmem=67108864, dklen=32)
            actual = hmac.new(hkdf(self.chain_key, None, b'manifest'), line, 'sha256').hexdigest()
        need(hmac.compare_digest(actual, digest), f'manifest of {self.where} is not authentic')
        need(document['format'] == 1, f'manifest of {self.where} has another format')
        own = document['identity']
        place = (f"{own['host']}_{own['name']}", own['engine'], own['t0'], own['level'], own['t'])
        need(place == (name, engine, self.t0, self.level, self.t), f'manifest of {self.where} belongs elsewhere')
        self.identity = json.dumps([own['engine'], own['host'], own['name'], self.t0, self.level, self.t], ensure_ascii=False, separators=(',', ':'))
        self.document, self.digest, self.passphrase = document, sha256(raw), passphrase
        return self

    def check(self):
        for name in sorted(self.document['objects'].keys() - {'data'}):
            found, expected = self.read(name), self.document['objects'][name]
            need(len(found) == expected['size'] and sha256(found) == expected['sha256'], f'{name} of {self.where} is not what the manifest says')
        data, pieces, size = self.read('data'), self.read('pieces'), self.document['objects']['data']['size']
        need(len(data) == size and len(pieces) == 32 * -(-size // PIECE), f'data of {self.where} has another size')
        for number in range(len(pieces) // 32):
            digest = hashlib.sha256(data[number * PIECE:(number + 1) * PIECE]).digest()
            need(digest == pieces[number * 32:number * 32 + 32], f'piece {number} of {self.where} is damaged')

    def archive(self):
        data, encryption = self.read('data'), self.document['options']['encryption']
        if encryption == 'aes-256-cfb':
            need(data[:8] == b'Salted__', f'data of {self.where} has no salt')
            first = hashlib.sha256(self.passphrase + data[8:16]).digest()
            second = hashlib.sha256(first + self.passphrase + data[8:16]).digest()
            data = Cipher(algorithms.AES(first), CFB(second[:16])).decryptor().update(data[16:])
        elif encryption == 'aes-256-gcm':
            data = self.unseal('data', data)
        data = DECOMPRESS[self.document['options']['compression']](data)
        need(len(data) == self.document['archive_bytes'], f'the archive of {self.where} has another size')
        return data

    def unseal(self, purpose, sealed):
        header = sealed[:40]
        need(header[:8] == b'FRZ-GCM\x01', f'{purpose} of {self.where} is no GCM container')
        info = b''.join(len(part).to_bytes(4, 'big') + part for part in (b'freezer aes-256-gcm 1', purpose.encode(), self.identity.encode()))
        cipher = AESGCM(hkdf(self.chain_key, header[8:], hashlib.sha256(info).digest()))
        starts, text = range(40, max(len(sealed), 41), 1048592), b''
        for number, start in enumerate(starts):
            nonce = bytes(3) + number.to_bytes(8, 'big') + bytes([number == len(starts) - 1])
            try:
                text += cipher.decrypt(nonce, sealed[start:start + 1048592], header)
            except (InvalidTag, ValueError):
                raise Damage(f'chunk {number} of {purpose} of {self.where} is not authentic') from None
        return text

    def index(self):
        raw = self.read('index')
        lines = gzip.decompress(self.unseal('index', raw) if self.vouching == 'hmac-sha256' else raw).split(b'\n')
        first, last, entries = json.loads(lines[0]), json.loads(lines[-2]), [json.loads(line) for line in lines[1:-2]]
        need(lines[-1] == b'' and first['format'] == 1 and last == {'end': True, 'lines': len(entries)}, f'index of {self.where} is cut off')
        paths = [path_of(entry) for entry in entries]
        need(paths == sorted(paths), f'index of {self.where} is not in order')
        return first['replaces_all'], list(zip(paths, entries))

def newest_point(levels):
    chain = [level for level in levels if level.t0 == max(level.t0 for level in levels)]
    top = max(chain, key=lambda level: (level.level, level.t))
    point = [top]
    while point[0].document['base'] is not None:
        base = point[0].document['base']
        below = [level for level in chain if (level.level, level.t) == (base['level'], base['t'])]
        need(below and below[0].digest == base['manifest'], f'the base of {point[0].where} is not the one that it was made from')
        point.insert(0, below[0])
    return point

def listing(point):
    found = {}
    for level in point:
        replaces_all, entries = level.index()
        found = {} if replaces_all else found
        for path, entry in entries:
            if entry['t'] == '-':
                found.pop(path, None)
            elif entry['t'] in 'fdlhpcbs':
                found[path] = (level.level, entry)
    return sorted(found.items())

def main(container, engine, name, pass_file=None):
    passphrase = Path(pass_file).read_bytes().split(b'\n')[0] if pass_file else None
    folders = [(int(path.parent.name), *map(int, path.name.split('_'))) for path in (Path(container) / 'data' / engine / name).glob('[0-9]*/[0-9]*_[0-9]*')]
    levels = [level for level in (Level(Path(container), engine, name, *folder) for folder in sorted(folders)) if level.committed.exists()]
    for level in levels:
        level.open(engine, name, passphrase).check()
        print(json.dumps({'level': level.level, 't': level.t, 'vouching': level.vouching, 'archive': sha256(level.archive())}))
    for path, (level, entry) in listing(newest_point(levels)):
        print(json.dumps({'path': path.decode('latin1'), 'level': level, 'type': entry['t'], 'size': entry['s']}))

if __name__ == '__main__':
    try:
        main(*sys.argv[1:])
    except Damage as damage:
        sys.exit(f'reader.py: {damage}')
