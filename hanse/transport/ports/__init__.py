"""Carriers' ports: how we ask a carrier for prices, labels, manifests and pickups, and the adapters that do so.

| adapter | asks |
|---|---|
| table | nobody: our own rate table and our own carton label |
| simulated | a carrier that exists only here, with faults on demand |
| karrio | real carriers, by the connectors of the extra `carriers` |
"""
