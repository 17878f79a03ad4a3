"""Questions of the floor's pages: what can be released, picked, packed and handed over."""
