"""Writes keys.json and tokens.json: tokens as Keycloak makes them, by each algorithm, and the keys that check them. run.sh says how it is called."""
import json
import pathlib
import sys
import time
import uuid

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

directory, issuer, audience = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
rsa_key = rsa.generate_private_key(65537, 3072)
keys = {name: rsa_key for name in ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")}
keys |= {
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "ES384": ec.generate_private_key(ec.SECP384R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
}

now = int(time.time())
claims = {
    "exp": now + 300, "iat": now, "auth_time": now - 60, "jti": str(uuid.uuid4()), "iss": issuer, "aud": [audience, "account"],
    "sub": str(uuid.uuid4()), "typ": "Bearer", "azp": "viewer", "sid": str(uuid.uuid4()), "acr": "1",
    "realm_access": {"roles": ["offline_access", "uma_authorization"]}, "scope": "openid profile cinegrad:read", "email_verified": True,
    "preferred_username": "müller",
}
published, tokens = [], {}
for name, key in keys.items():
    tokens[name] = jwt.encode(claims, key, algorithm=name, headers={"kid": f"key-{name}"})
    public = jwt.get_algorithm_by_name(name).to_jwk(key.public_key(), as_dict=True)
    published.append({**public, "kid": f"key-{name}", "use": "sig", "alg": name})
# A key for encryption beside them, as Keycloak has it.
published.append({**published[0], "kid": "encryption", "use": "enc", "alg": "RSA-OAEP"})
(directory / "keys.json").write_text(json.dumps({"keys": published}))
(directory / "tokens.json").write_text(json.dumps(tokens))
